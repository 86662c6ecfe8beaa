namespace Steering.Training.Autoencoders;

/// <summary>Settings of <see cref="GatedKind"/>.</summary>
public sealed record GatedSettings : SaeKindSettings
{
    /// <summary>Weight of the penalty, independent of width and input scale; see <see cref="SaeKind.SparsityUnit"/>.</summary>
    public double SparsityCoefficient { get; init; } = 0.1;

    /// <summary>How the gates' own reconstruction is made.</summary>
    public GateReconstruction GateReconstruction { get; init; }

    /// <inheritdoc/>
    public override SaeKind Create() => new GatedKind(this);

    /// <inheritdoc/>
    public override void Validate(int hiddenSize, int latents)
    {
        base.Validate(hiddenSize, latents);
        RequirePositive(nameof(SparsityCoefficient), SparsityCoefficient);
    }
}
