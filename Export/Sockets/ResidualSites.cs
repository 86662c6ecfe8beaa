namespace Steering.Export.Sockets;

/// <summary>The residual stream of a decoder graph, as <see cref="SiteFinder"/> followed it from the embedding to the logits.</summary>
internal sealed record ResidualSites
{
    /// <summary>The end of every block, in order.</summary>
    public required IReadOnlyList<GraphSite> Sites { get; init; }

    /// <summary>The tensor that the first write adds to: the stream before block 0.</summary>
    public required string Entry { get; init; }

    /// <summary>Width d of the stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Whether the stream is half precision; single precision otherwise.</summary>
    public required bool IsHalf { get; init; }

    /// <summary>Whether attention and MLP write to the stream at once, as in GPT-NeoX.</summary>
    public required bool IsParallel { get; init; }
}
