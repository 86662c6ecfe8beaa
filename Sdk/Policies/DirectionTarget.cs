namespace Steering.Policies;

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
