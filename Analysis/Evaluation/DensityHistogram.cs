using System.Collections.Immutable;

namespace Steering.Analysis.Evaluation;

/// <summary>
/// How many latents fire how often: counts over equal bins of log10(density), density being the share of tokens on which
/// a latent is active. Dead latents have no logarithm and are in no bin.
/// </summary>
public sealed record DensityHistogram
{
    /// <summary>Bins in a factor of ten.</summary>
    public const int BinsPerDecade = 5;

    /// <summary>Lower edge of the first bin, a whole power of ten, as log10.</summary>
    public required int FirstDecade { get; init; }

    /// <summary>Latents in each bin, ascending; the last bin ends at density 1 and holds it.</summary>
    public required ImmutableArray<int> Counts { get; init; }

    /// <summary>Lower edge of a bin, as log10(density).</summary>
    /// <param name="bin">Bin, 0-based; the number of bins gives the upper edge of the last.</param>
    public double Edge(int bin) => FirstDecade + ((double)bin / BinsPerDecade);

    /// <inheritdoc/>
    public bool Equals(DensityHistogram? other) => other is not null && FirstDecade == other.FirstDecade && Counts.AsSpan().SequenceEqual(other.Counts.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(FirstDecade, Counts.Length);

    /// <summary>Counts latents.</summary>
    /// <param name="fired">[D] tokens on which each latent was active.</param>
    /// <param name="tokens">Number of tokens, at least 1.</param>
    internal static DensityHistogram Of(ReadOnlySpan<long> fired, long tokens)
    {
        var first = Math.Min((int)Math.Floor(Math.Log10(1.0 / tokens)), -1);
        var counts = new int[-first * BinsPerDecade];
        foreach (var count in fired)
        {
            if (count > 0)
            {
                var bin = (int)Math.Floor((Math.Log10((double)count / tokens) - first) * BinsPerDecade);
                counts[Math.Clamp(bin, 0, counts.Length - 1)]++;
            }
        }

        return new DensityHistogram { FirstDecade = first, Counts = [.. counts] };
    }
}
