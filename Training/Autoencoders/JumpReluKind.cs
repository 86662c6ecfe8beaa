using Steering.Saes;
using Steering.Training.Torch;
using static TorchSharp.torch;

namespace Steering.Training.Autoencoders;

/// <summary>
/// JumpReLU: f = z·H(z − θ) with a threshold θ for each latent, and a penalty on the number of active latents
/// (arXiv 2407.14435). The jump has no slope, so one is estimated in a window of width ε around it: with
/// K = 1[|z − θ| &lt; ε/2], ∂f/∂θ = −(θ/ε)·K and ∂H/∂θ = −(1/ε)·K.
/// </summary>
/// <param name="settings">Its settings.</param>
public sealed class JumpReluKind(JumpReluSettings settings) : SaeKind
{
    /// <inheritdoc/>
    public override SaeArchitecture Architecture => SaeArchitecture.JumpRelu;

    /// <inheritdoc/>
    public override SaeKindSettings Settings => settings;

    /// <inheritdoc/>
    public override bool HasSparsityPenalty => true;

    private protected override double SparsityCoefficient => settings.SparsityCoefficient;

    /// <inheritdoc/>
    public override double SparsityUnit(int hiddenSize) => hiddenSize;

    /// <inheritdoc/>
    internal override double StartThreshold(int hiddenSize) => settings.InitialThresholdFor(hiddenSize);

    /// <inheritdoc/>
    public override SaeLoss Loss(SaeWeights weights, Tensor x, LossContext context)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(context);
        using var scope = NewDisposeScope();
        var normaliser = new TokenNormaliser(x, settings.Normalisation);
        var pre = Centre(weights, normaliser.Input).matmul(weights.Encoder.t()) + weights.EncoderBias!;
        var threshold = weights.Threshold!;

        // Below zero the threshold counts as zero, but goes on learning: a slope of zero there would never let it back.
        threshold = threshold + (threshold.relu() - threshold).detach();
        var bandwidth = settings.BandwidthFor(weights.HiddenSize);
        var distance = (pre - threshold).detach();
        var active = distance.gt(HeldScalars.Zero).to(ScalarType.Float32);
        var window = (distance.abs() < bandwidth / 2).to(ScalarType.Float32) / bandwidth;
        var slope = Slope(pre, threshold);
        var activations = (pre * active) + (window * threshold.detach() * slope);
        var reconstruction = normaliser.Undo(activations.matmul(weights.Decoder) + weights.DecoderBias);
        var norms = weights.Decoder.norm(1);
        List<LossTerm> terms =
        [
            new LossTerm(LossTerm.SquaredError, MeanSquare(reconstruction - x)),
            new LossTerm(LossTerm.L0, Penalty(active, window, slope, activations, norms) * context.SparsityCoefficient),
        ];
        if (settings.PreActivationCoefficient > 0 && context.Dead is { } dead)
        {
            var missing = (threshold - pre).relu() * dead.to(ScalarType.Float32) * norms;
            terms.Add(new LossTerm(LossTerm.PreActivation, missing.sum([-1L]).mean() * settings.PreActivationCoefficient));
        }

        return SaeLoss.Of(terms, activations, reconstruction);
    }

    private protected override SaeWeights Assemble(Tensor encoder, Tensor decoder, Tensor bias) => new(encoder, decoder, bias)
    {
        EncoderBias = zeros([encoder.shape[0]], ScalarType.Float32),
        Threshold = full([encoder.shape[0]], StartThreshold((int)encoder.shape[1]), ScalarType.Float32),
    };

    private protected override SaeParameters Complete(SaeParameters parameters, SaeWeights weights, double threshold) =>
        parameters with { Threshold = [.. Copy(weights.Threshold).Select(value => Math.Max(value, 0))] };

    /// <summary>[tokens, D] of value zero, with the slope −1 in θ and, where wanted, +1 in z.</summary>
    private Tensor Slope(Tensor pre, Tensor threshold)
    {
        var argument = settings.TrainEncoderByJump ? pre - threshold : -threshold;
        return argument - argument.detach();
    }

    private Tensor Penalty(Tensor active, Tensor window, Tensor slope, Tensor activations, Tensor norms)
    {
        if (settings.Penalty == JumpReluPenalty.Tanh)
        {
            return (activations * norms * settings.TanhScale).tanh().sum([-1L]).mean();
        }

        var count = (active + (window * slope)).sum([-1L]);
        if (settings.QuadraticTarget is not { } target)
        {
            return count.mean();
        }

        using TorchSharp.Scalar wanted = target;
        return count.div(wanted).sub(HeldScalars.One).Squared().mean();
    }
}
