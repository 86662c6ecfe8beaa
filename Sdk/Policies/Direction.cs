namespace Steering.Policies;

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
