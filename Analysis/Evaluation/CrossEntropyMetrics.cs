using System.Text.Json.Serialization;

namespace Steering.Analysis.Evaluation;

/// <summary>
/// Mean next-token cross-entropy, in nats, of the model as it is and with the residual stream at the site replaced. In
/// the replaced runs position 0 of every window is left as it is, but for <see cref="SplicedEverywhere"/>.
/// </summary>
public sealed record CrossEntropyMetrics
{
    /// <summary>Number of windows.</summary>
    public required int Windows { get; init; }

    /// <summary>Number of predicted tokens: windows × (length − 1).</summary>
    public required long NextTokens { get; init; }

    /// <summary>The model as it is.</summary>
    public required double Clean { get; init; }

    /// <summary>Reconstruction x̂ in the place of x, position 0 left alone.</summary>
    public required double Spliced { get; init; }

    /// <summary>Reconstruction in the place of x at every position; null where that was not asked for.</summary>
    public double? SplicedEverywhere { get; init; }

    /// <summary>Zero in the place of x, position 0 left alone.</summary>
    public required double ZeroAblated { get; init; }

    /// <summary>
    /// The mean residual vector in the place of x, position 0 left alone; the mean over every position but 0 of these
    /// windows, massive activations included.
    /// </summary>
    public required double MeanAblated { get; init; }

    /// <summary>Share recovered: (zero − spliced) / (zero − clean). 1: nothing is lost, 0: as bad as zero.</summary>
    [JsonIgnore]
    public double RecoveredFromZero => (ZeroAblated - Spliced) / (ZeroAblated - Clean);

    /// <summary>Share recovered: (mean − spliced) / (mean − clean).</summary>
    [JsonIgnore]
    public double RecoveredFromMean => (MeanAblated - Spliced) / (MeanAblated - Clean);

    /// <summary>Cross-entropy added by the reconstruction: spliced − clean.</summary>
    [JsonIgnore]
    public double Added => Spliced - Clean;
}
