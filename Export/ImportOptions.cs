using Steering.Export.Precision;
using Steering.Export.Sockets;

namespace Steering.Export;

/// <summary>How a checkpoint is imported.</summary>
public sealed record ImportOptions
{
    /// <summary>How matrices are stored.</summary>
    public WeightPrecision Precision { get; init; } = WeightPrecision.Float32;

    /// <summary>
    /// For <see cref="WeightPrecision.Int4"/>: compute with fp32 activations (<c>accuracy_level</c> 0) instead of rounding
    /// them to 8 bits in blocks: some three times slower to decode, and equal to the same weights in fp32 up to summation order.
    /// </summary>
    public bool ExactActivations { get; init; }

    /// <summary>After which blocks sockets are put in; null for none.</summary>
    public SiteSelection? Sites { get; init; }

    /// <summary>Replace what the destination holds. Without it, a destination that exists is refused.</summary>
    public bool Overwrite { get; init; }
}

/// <summary>How far an import is.</summary>
/// <param name="Stage">What is being done, in words.</param>
/// <param name="Fraction">Share of all work done, 0 … 1.</param>
/// <param name="Warning">Something the user should know about the result, or null.</param>
public readonly record struct ImportProgress(string Stage, double Fraction, string? Warning = null);
