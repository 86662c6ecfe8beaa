using Steering.Saes;

namespace Steering.Analysis.Harvest;

/// <summary>How activations are computed and which are left out.</summary>
public sealed record HarvestOptions
{
    /// <summary>
    /// Which tokens are left out: position 0 of each window, and tokens whose norm exceeds a multiple of the median norm. The
    /// median is that of the first <see cref="SampleTokens"/> tokens (position 0 not counted when it is left out) and stays fixed.
    /// </summary>
    public TokenExclusion Exclusion { get; init; } = TokenExclusion.Default;

    /// <summary>Tokens of one forward pass, filling tokens included. Default: 2,048.</summary>
    public int BatchTokens { get; init; } = 2048;

    /// <summary>Tokens that the median norm is taken from, rounded up to whole forward passes. Default: 16,384.</summary>
    public int SampleTokens { get; init; } = 16_384;

    /// <summary>Stop after this many tokens, rounded up to a whole window; 0 for the whole text.</summary>
    public long MaximumTokens { get; init; }
}

/// <summary>How far a harvest is.</summary>
/// <param name="Tokens">Tokens that went through the model so far, those of earlier runs that are in shards included.</param>
/// <param name="TokensThisRun">Those of this run.</param>
/// <param name="ExpectedTokens">Tokens of the whole text, estimated; null where nothing tells.</param>
public readonly record struct HarvestProgress(long Tokens, long TokensThisRun, long? ExpectedTokens);

/// <summary>Why a token has no activation row. The numbers are those in shard files.</summary>
public enum LeftOut : byte
{
    /// <summary>It has one.</summary>
    No = 0,

    /// <summary>It is the first of its window.</summary>
    FirstPosition = 1,

    /// <summary>The norm of its residual exceeds the limit.</summary>
    Massive = 2,
}
