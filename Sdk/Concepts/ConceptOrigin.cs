namespace Steering.Concepts;

/// <summary>What concept statistics were measured on: they hold for this SAE on this model and no other.</summary>
public sealed record ConceptOrigin
{
    /// <summary>Lower-case hexadecimal SHA-256 of the SAE (<see cref="Saes.SparseAutoencoder.Fingerprint"/>).</summary>
    public required string SaeSha256 { get; init; }

    /// <summary>Site of the residual stream, as in <c>resid_post.15</c>.</summary>
    public required string Site { get; init; }

    /// <summary>Fingerprint of the model (<see cref="Saes.ModelIdentity.Fingerprint"/>), or null where it was not known.</summary>
    public string? ModelSha256 { get; init; }

    /// <summary>Name of the model, or null.</summary>
    public string? ModelName { get; init; }

    /// <summary>Name of the texts, for people.</summary>
    public string? Corpus { get; init; }

    /// <summary>How tokens became observations.</summary>
    public ConceptPooling Pooling { get; init; }

    /// <summary>Tokens that were read.</summary>
    public long Tokens { get; init; }

    /// <summary>Tokens left out as first of their text or for their norm.</summary>
    public long TokensLeftOut { get; init; }
}
