namespace Steering.Catalogues;

/// <summary>What a catalogue is about: which autoencoder, on which model, over which text.</summary>
public sealed record CatalogueInfo
{
    /// <summary>Number of latents D of the autoencoder.</summary>
    public required int LatentCount { get; init; }

    /// <summary>Width d of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary><see cref="Saes.SparseAutoencoder.Fingerprint"/> of the autoencoder.</summary>
    public required string SaeSha256 { get; init; }

    /// <summary>Name of the model whose text it read, or null.</summary>
    public string? ModelName { get; init; }

    /// <summary>Fingerprint of that model's weights, or null where it is not known.</summary>
    public string? ModelSha256 { get; init; }

    /// <summary>Site, as in <c>resid_post.15</c>, or null.</summary>
    public string? Site { get; init; }

    /// <summary>Number of tokens counted: densities are shares of it.</summary>
    public required long Tokens { get; init; }

    /// <summary>Number of tokens left out (position 0, massive activations).</summary>
    public long TokensLeftOut { get; init; }

    /// <summary>What the text was, in words, or null.</summary>
    public string? Corpus { get; init; }
}
