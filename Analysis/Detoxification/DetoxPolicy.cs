using Steering.Policies;

namespace Steering.Analysis.Detoxification;

/// <summary>A policy against toxicity with what was measured of it on held-out texts.</summary>
public sealed record DetoxPolicy
{
    /// <summary>Its name; the file is the name with <c>.json</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What it does.</summary>
    public required string Description { get; init; }

    /// <summary>The policy; vectors of files beside it stand in <see cref="DetoxFit.Vectors"/>.</summary>
    public required SteeringPolicy Policy { get; init; }

    /// <summary>Its strength.</summary>
    public required float Strength { get; init; }

    /// <summary>Threshold of its gate in the gate's own measure; null without a gate.</summary>
    public float? Threshold { get; init; }

    /// <summary>On which held-out texts and tokens it acts.</summary>
    public required DetoxRates Rates { get; init; }

    /// <summary>Relative rise of the perplexity of clean calibration texts; null for a policy that acts on replies only, which no pass over a text can measure.</summary>
    public double? PerplexityRise { get; init; }
}
