using System.Collections.Immutable;

namespace Steering.Analysis.Evaluation;

/// <summary>How much latents repeat each other.</summary>
public sealed record RedundancyMetrics
{
    /// <summary>Latents with a larger cosine than this to another are near duplicates.</summary>
    public const double DuplicateCosine = 0.9;

    /// <summary>Pairs kept in <see cref="Absorptions"/>.</summary>
    public const int ListedPairs = 100;

    /// <summary>Mean over latents of the largest cosine with another latent's decoder direction.</summary>
    public required double MeanMaximumCosine { get; init; }

    /// <summary>Largest such cosine.</summary>
    public required double MaximumCosine { get; init; }

    /// <summary>Latents whose largest cosine exceeds <see cref="DuplicateCosine"/>.</summary>
    public required int NearDuplicates { get; init; }

    /// <summary>Number of latents in each twentieth of [−1, 1] of the largest cosine, ascending; the last holds 1.</summary>
    public required ImmutableArray<int> CosineHistogram { get; init; }

    /// <summary>Number of absorption-prone pairs (<see cref="AbsorptionPair"/>).</summary>
    public required int AbsorptionPairs { get; init; }

    /// <summary>Number of latents that are absorbed in at least one pair.</summary>
    public required int AbsorbedLatents { get; init; }

    /// <summary>The pairs with the strongest suppression, at most <see cref="ListedPairs"/>.</summary>
    public required ImmutableArray<AbsorptionPair> Absorptions { get; init; }

    /// <inheritdoc/>
    public bool Equals(RedundancyMetrics? other) => other is not null
        && (MeanMaximumCosine, MaximumCosine, NearDuplicates, AbsorptionPairs, AbsorbedLatents).Equals((other.MeanMaximumCosine, other.MaximumCosine, other.NearDuplicates, other.AbsorptionPairs, other.AbsorbedLatents))
        && CosineHistogram.AsSpan().SequenceEqual(other.CosineHistogram.AsSpan())
        && Absorptions.AsSpan().SequenceEqual(other.Absorptions.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(MeanMaximumCosine, MaximumCosine, NearDuplicates, AbsorptionPairs);

    internal static RedundancyMetrics Of(DecoderNeighbours neighbours, List<AbsorptionPair> pairs)
    {
        const int Bins = 20;
        var histogram = new int[Bins];
        var (sum, largest, duplicates) = (0.0, -1.0, 0);
        for (var latent = 0; latent < neighbours.Count; latent++)
        {
            var cosine = Math.Clamp(neighbours.MaximumCosine(latent), -1, 1);
            sum += cosine;
            largest = Math.Max(largest, cosine);
            duplicates += cosine > DuplicateCosine ? 1 : 0;
            histogram[Math.Min((int)((cosine + 1) * Bins / 2), Bins - 1)]++;
        }

        return new RedundancyMetrics
        {
            MeanMaximumCosine = sum / neighbours.Count,
            MaximumCosine = largest,
            NearDuplicates = duplicates,
            CosineHistogram = [.. histogram],
            AbsorptionPairs = pairs.Count,
            AbsorbedLatents = pairs.Select(pair => pair.Absorbed).Distinct().Count(),
            Absorptions = [.. pairs.Take(ListedPairs)],
        };
    }
}
