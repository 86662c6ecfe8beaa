using Steering.Saes;

namespace Steering.Training.Autoencoders;

/// <summary>BatchTopK: a batch keeps its k·tokens largest positive pre-activations, wherever they are (arXiv 2412.06410).</summary>
/// <param name="settings">Its settings.</param>
public sealed class BatchTopKKind(BatchTopKSettings settings) : BatchRankedKind
{
    /// <inheritdoc/>
    public override SaeArchitecture Architecture => SaeArchitecture.BatchTopK;

    /// <inheritdoc/>
    public override RankedSettings Ranked => settings;

    /// <inheritdoc/>
    public override double ThresholdRate => settings.ThresholdRate;
}

/// <summary>Settings of <see cref="BatchTopKKind"/>.</summary>
public sealed record BatchTopKSettings : RankedSettings
{
    /// <summary>Share of the newest batch in the running threshold; see <see cref="ThresholdEstimate"/>.</summary>
    public double ThresholdRate { get; init; } = ThresholdEstimate.DefaultRate;

    private protected override bool IsBatchWide => true;

    /// <inheritdoc/>
    public override SaeKind Create() => new BatchTopKKind(this);

    /// <inheritdoc/>
    public override void Validate(int hiddenSize, int latents)
    {
        base.Validate(hiddenSize, latents);
        ThresholdEstimate.ValidateRate(ThresholdRate);
    }
}
