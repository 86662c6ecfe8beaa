using Steering.Analysis.Selection;

namespace Steering.Analysis.Detoxification;

/// <summary>How policies against toxicity are fitted.</summary>
public sealed record DetoxOptions
{
    /// <summary>Most features that are turned down. Default: 16.</summary>
    public int Features { get; init; } = 16;

    /// <summary>How they are chosen.</summary>
    public DetoxRanking Ranking { get; init; }

    /// <summary>Largest share of clean texts on which a chosen feature may fire, where the ranking asks for it. Default: 0.05.</summary>
    public double LargestClean { get; init; } = 0.05;

    /// <summary>What gates look at.</summary>
    public DetoxGateKind Gate { get; init; }

    /// <summary>Rate of false positives α, above 0 and below 1: of clean texts for the latched tier, of their tokens for the token tier. Default: 0.01.</summary>
    public double FalsePositives { get; init; } = 0.01;

    /// <summary>Threshold of both gated tiers in the gate's own measure; null: calibrated.</summary>
    public float? Threshold { get; init; }

    /// <summary>
    /// Strength of the tiers in multiples of each feature's largest activation, and of the STA and DiffMean vectors in
    /// multiples of their length; null: as strong as <see cref="Perplexity"/> allows.
    /// </summary>
    public float? Strength { get; init; }

    /// <summary>Largest relative rise of the perplexity of clean texts at every token of which a policy acts. Default: 0.05.</summary>
    public double Perplexity { get; init; } = 0.05;

    /// <summary>To what active features are clamped, in multiples of the largest activation below 0. Default: 0.</summary>
    public float Clamp { get; init; }

    /// <summary>Strength of APP. Default: 1, the method as published.</summary>
    public float AppStrength { get; init; } = 1;

    /// <summary>How dials are learned, where they are. The defaults are gentler and longer than usual: pushes overshoot at larger rates.</summary>
    public DialOptions Dials { get; init; } = new() { Dials = 48, Iterations = 500, LearningRate = 0.02, Penalty = 0.003 };

    /// <summary>What learned dials are taught. Default: that the clean texts are what to say.</summary>
    public DetoxLessonKind Lessons { get; init; }

    /// <summary>Longest sequence in tokens. Default: 256.</summary>
    public int Window { get; init; } = 256;

    /// <summary>Clean texts at most on which costs are measured. Default: 64.</summary>
    public int CostTexts { get; init; } = 64;

    /// <summary>Decides who sees which texts.</summary>
    public int Seed { get; init; }
}
