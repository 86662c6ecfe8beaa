namespace Steering.Policies;

/// <summary>What an intervention edits, or a gate looks at: <see cref="FeatureTarget"/> or <see cref="DirectionTarget"/>.</summary>
public abstract record InterventionTarget
{
    private protected InterventionTarget()
    {
    }
}

/// <summary>One or several features of one SAE.</summary>
public sealed record FeatureTarget : InterventionTarget
{
    /// <summary>Id of the SAE in the policy or in the resources; null where there is only one.</summary>
    public string? Sae { get; init; }

    /// <summary>Latent indices, 0-based, without repetition.</summary>
    public required IReadOnlyList<int> Features
    {
        get;
        init => field = ValueList<int>.Of(value);
    }

    /// <summary>The target in words, as in <c>main#4514</c>.</summary>
    public override string ToString() =>
        Features.Count == 1 ? $"{Sae ?? "sae"}#{Features[0]}" : $"{Sae ?? "sae"}#[{string.Join(", ", Features.Take(4))}{(Features.Count > 4 ? ", …" : "")}]";
}

/// <summary>Names SAE features as targets.</summary>
public static class Feature
{
    /// <summary>Features of the only SAE.</summary>
    /// <param name="features">Latent indices, 0-based.</param>
    public static FeatureTarget Of(params ReadOnlySpan<int> features) => new() { Features = features.ToArray() };

    /// <summary>Features of the SAE with that id.</summary>
    /// <param name="sae">Id of the SAE.</param>
    /// <param name="features">Latent indices, 0-based.</param>
    public static FeatureTarget Of(string sae, params ReadOnlySpan<int> features) => new() { Sae = sae, Features = features.ToArray() };
}

/// <summary>
/// Directions in the residual stream: given inline for one site, or read from a file that holds one direction a site
/// (a safetensors vector, a GGUF control vector), and then at every site of the file unless it is narrowed down.
/// </summary>
public sealed record DirectionTarget : InterventionTarget
{
    /// <summary>Vector file, <c>.safetensors</c> or <c>.gguf</c>, relative to the policy file; null for an inline direction.</summary>
    public string? Vector { get; init; }

    /// <summary>The direction itself [d]; empty when it comes from <see cref="Vector"/>.</summary>
    public IReadOnlyList<float> Values
    {
        get;
        init => field = ValueList<float>.Of(value);
    }
    = ValueList<float>.Empty;

    /// <summary>Site, as in <c>resid_post.15</c>: required inline; with a file, takes that site's direction alone.</summary>
    public string? Site { get; init; }

    /// <summary>First block, 0-based, of the file's directions that is used; null from the file's first.</summary>
    public int? FirstBlock { get; init; }

    /// <summary>Last block, inclusive, of the file's directions that is used; null to the file's last.</summary>
    public int? LastBlock { get; init; }

    /// <summary>
    /// Whether the direction is divided by its norm. Null: yes wherever the meaning needs it (projections, and strengths
    /// relative to the residual's norm), no for a plain add and for the probe of a gate.
    /// </summary>
    public bool? Normalize { get; init; }

    /// <summary>The target in words, as in <c>calm.gguf</c> or <c>direction at resid_post.15</c>.</summary>
    public override string ToString() => (Vector, Site) switch
    {
        (null, _) => $"direction at {Site}",
        (_, null) => Vector,
        _ => $"{Vector} at {Site}",
    };
}

/// <summary>Names directions in the residual stream as targets.</summary>
public static class Direction
{
    /// <summary>A direction at one site.</summary>
    /// <param name="site">Site, as in <c>resid_post.15</c>.</param>
    /// <param name="values">The direction [d].</param>
    public static DirectionTarget At(string site, ReadOnlySpan<float> values) => new() { Site = site, Values = values.ToArray() };

    /// <summary>The directions of a safetensors vector or a GGUF control vector.</summary>
    /// <param name="path">File, relative to the policy.</param>
    /// <param name="site">Takes this site's direction alone; null takes all of the file's.</param>
    public static DirectionTarget FromFile(string path, string? site = null) => new() { Vector = path, Site = site };

    /// <summary>The directions of a file over a range of blocks, both ends included.</summary>
    /// <param name="path">File, relative to the policy.</param>
    /// <param name="firstBlock">First block, 0-based.</param>
    /// <param name="lastBlock">Last block.</param>
    public static DirectionTarget FromFile(string path, int firstBlock, int lastBlock) =>
        new() { Vector = path, FirstBlock = firstBlock, LastBlock = lastBlock };
}
