namespace Steering.Training.Autoencoders;

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
