using Steering.Saes;
using static TorchSharp.torch;

namespace Steering.Training.Autoencoders;

/// <summary>
/// ReLU with a penalty on activations weighted by their decoder rows' norms:
/// mean over tokens of ‖x̂ − x‖² + λ·‖f ⊙ ‖w‖‖_p (Anthropic, April 2024, with p = 1).
/// </summary>
/// <param name="settings">Its settings.</param>
public sealed class ReluKind(ReluSettings settings) : SaeKind
{
    /// <inheritdoc/>
    public override SaeArchitecture Architecture => SaeArchitecture.Standard;

    /// <inheritdoc/>
    public override SaeKindSettings Settings => settings;

    /// <inheritdoc/>
    public override bool HasSparsityPenalty => true;

    private protected override double SparsityCoefficient => settings.SparsityCoefficient;

    /// <inheritdoc/>
    public override double SparsityUnit(int hiddenSize) => Math.Sqrt(hiddenSize);

    /// <inheritdoc/>
    public override SaeLoss Loss(SaeWeights weights, Tensor x, LossContext context)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(context);
        using var scope = NewDisposeScope();
        var normaliser = new TokenNormaliser(x, settings.Normalisation);
        var activations = (Centre(weights, normaliser.Input).matmul(weights.Encoder.t()) + weights.EncoderBias!).relu();
        var reconstruction = normaliser.Undo(activations.matmul(weights.Decoder) + weights.DecoderBias);
        var sizes = activations * weights.Decoder.norm(1);
        var norms = settings.LpNorm == 1 ? sizes.sum([-1L]) : linalg.vector_norm(sizes, settings.LpNorm, [-1L]);
        return SaeLoss.Of(
            [
                new LossTerm(LossTerm.SquaredError, MeanSquare(reconstruction - x)),
                new LossTerm(LossTerm.L1, norms.mean() * context.SparsityCoefficient),
            ],
            activations,
            reconstruction);
    }
}

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
