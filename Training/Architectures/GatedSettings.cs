namespace Steering.Training.Architectures;

/// <summary>Settings of <see cref="GatedKind"/>.</summary>
public sealed record GatedSettings : SaeKindSettings
{
    /// <summary>Weight of the penalty, independent of width and input scale; see <see cref="SaeKind.SparsityUnit"/>.</summary>
    public double SparsityCoefficient { get; init; } = 0.1;

    /// <summary>
    /// Whether the gates' own reconstruction trains the decoder too. The paper detaches it, or the decoder would be drawn to
    /// activations that the penalty has shrunk; SAELens does not.
    /// </summary>
    public bool TrainDecoderByGates { get; init; }

    /// <inheritdoc/>
    public override SaeKind Create() => new GatedKind(this);

    /// <inheritdoc/>
    public override void Validate(int hiddenSize, int latents)
    {
        base.Validate(hiddenSize, latents);
        RequirePositive(nameof(SparsityCoefficient), SparsityCoefficient);
    }
}
