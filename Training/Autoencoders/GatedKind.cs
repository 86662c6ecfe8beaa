using Steering.Saes;
using Steering.Training.Torch;
using static TorchSharp.torch;

namespace Steering.Training.Autoencoders;

/// <summary>
/// Gated: with u = W_enc·x, a latent is active where u + b_gate &gt; 0, with the magnitude ReLU(e^r·u + b_mag). The gates learn
/// from λ·Σ ReLU(u + b_gate)·‖w‖ and from a reconstruction of their own (arXiv 2404.16014).
/// </summary>
/// <param name="settings">Its settings.</param>
public sealed class GatedKind(GatedSettings settings) : SaeKind
{
    /// <inheritdoc/>
    public override SaeArchitecture Architecture => SaeArchitecture.Gated;

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
        var projection = Centre(weights, normaliser.Input).matmul(weights.Encoder.t());
        var open = (projection + weights.GateBias!).detach().gt(HeldScalars.Zero).to(ScalarType.Float32);
        var activations = open * ((projection * weights.MagnitudeLogScale!.exp()) + weights.MagnitudeBias!).relu();
        var reconstruction = normaliser.Undo(activations.matmul(weights.Decoder) + weights.DecoderBias);

        var (gates, byGates) = settings.GateReconstruction == GateReconstruction.SaeLens ? AsSaeLens(weights, x) : WithDecoderFixed(weights, projection, normaliser);
        var norms = settings.UnitNormDecoder ? gates : gates * weights.Decoder.norm(1);
        return SaeLoss.Of(
            [
                new LossTerm(LossTerm.SquaredError, MeanSquare(reconstruction - x)),
                new LossTerm(LossTerm.L1, norms.sum([-1L]).mean() * context.SparsityCoefficient),
                new LossTerm(LossTerm.Auxiliary, MeanSquare(byGates - x)),
            ],
            activations,
            reconstruction);
    }

    private protected override SaeWeights Assemble(Tensor encoder, Tensor decoder, Tensor bias)
    {
        Tensor Zeros() => zeros([encoder.shape[0]], ScalarType.Float32);
        return new SaeWeights(encoder, decoder, bias) { GateBias = Zeros(), MagnitudeBias = Zeros(), MagnitudeLogScale = Zeros() };
    }

    private static (Tensor Gates, Tensor Reconstruction) WithDecoderFixed(SaeWeights weights, Tensor projection, TokenNormaliser normaliser)
    {
        var gates = (projection + weights.GateBias!).relu();
        return (gates, normaliser.Undo(gates.matmul(weights.Decoder.detach()) + weights.DecoderBias.detach()));
    }

    private (Tensor Gates, Tensor Reconstruction) AsSaeLens(SaeWeights weights, Tensor x)
    {
        var gates = (Centre(weights, x).matmul(weights.Encoder.t()) + weights.GateBias!).relu();
        return (gates, gates.matmul(weights.Decoder) + weights.DecoderBias);
    }
}

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

/// <summary>What a Gated autoencoder's gates are trained by, beside the penalty.</summary>
public enum GateReconstruction
{
    /// <summary>
    /// The gates' reconstruction with the decoder as a constant (arXiv 2404.16014): else the decoder would be drawn to
    /// activations that the penalty has shrunk.
    /// </summary>
    DecoderFixed,

    /// <summary>As SAELens 6 has it: the decoder learns from it too, and per-token normalisation is left out of it.</summary>
    SaeLens,
}
