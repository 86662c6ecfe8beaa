namespace Steering.Analysis.Evaluation;

/// <summary>How many latents are active on a token, and how often latents are.</summary>
public sealed record SparsityMetrics
{
    /// <summary>Latents active on a larger share of the tokens than this count as dense.</summary>
    public const double DenseDensity = 0.1;

    /// <summary>L0: mean number of active latents (activation ≠ 0) on a token.</summary>
    public required double ActiveMean { get; init; }

    /// <summary>Standard deviation of that number over tokens (dividing by the number of tokens).</summary>
    public required double ActiveDeviation { get; init; }

    /// <summary>5th percentile of that number (nearest rank).</summary>
    public required int Active5 { get; init; }

    /// <summary>Median of that number (nearest rank).</summary>
    public required int ActiveMedian { get; init; }

    /// <summary>95th percentile of that number (nearest rank).</summary>
    public required int Active95 { get; init; }

    /// <summary>Largest such number.</summary>
    public required int ActiveMaximum { get; init; }

    /// <summary>Dead latents: never active on the tokens that were counted (<see cref="SaeEvaluation.Tokens"/>).</summary>
    public required int Dead { get; init; }

    /// <summary>Rare latents: active at least once, but on a smaller share of the tokens than <see cref="RareDensity"/>.</summary>
    public required int Rare { get; init; }

    /// <summary>The bound of <see cref="Rare"/>, a share of the tokens.</summary>
    public required double RareDensity { get; init; }

    /// <summary>Dense latents: active on more than <see cref="DenseDensity"/> of the tokens.</summary>
    public required int Dense { get; init; }

    /// <summary>Histogram of log10 of the densities of the latents that are not dead.</summary>
    public required DensityHistogram Densities { get; init; }
}
