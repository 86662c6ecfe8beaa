namespace Steering.Training.Autoencoders;

/// <summary>Settings of <see cref="ReluKind"/>. As Anthropic has it (April 2024) the decoder is free and its bias stays out of the input.</summary>
public sealed record ReluSettings : SaeKindSettings
{
    /// <summary>Creates the April 2024 form.</summary>
    public ReluSettings()
    {
        SubtractDecoderBias = false;
        UnitNormDecoder = false;
    }

    /// <summary>Weight of the penalty, independent of width and input scale; see <see cref="SaeKind.SparsityUnit"/>.</summary>
    public double SparsityCoefficient { get; init; } = 0.1;

    /// <summary>The p of the p-norm over a token's activations; 1 is L1.</summary>
    public double LpNorm { get; init; } = 1;

    /// <inheritdoc/>
    public override SaeKind Create() => new ReluKind(this);

    /// <inheritdoc/>
    public override void Validate(int hiddenSize, int latents)
    {
        base.Validate(hiddenSize, latents);
        RequirePositive(nameof(SparsityCoefficient), SparsityCoefficient);
        RequirePositive(nameof(LpNorm), LpNorm);
    }
}
