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

/// <summary>Settings of <see cref="JumpReluKind"/>. Thresholds and bandwidth are in units of pre-activations.</summary>
public sealed record JumpReluSettings : SaeKindSettings
{
    private const double DefaultThreshold = 0.01;
    private const double DefaultBandwidth = 0.05;

    /// <summary>Weight of the penalty, independent of width and input scale; see <see cref="SaeKind.SparsityUnit"/>.</summary>
    public double SparsityCoefficient { get; init; } = 0.001;

    /// <summary>What is paid for active latents.</summary>
    public JumpReluPenalty Penalty { get; init; }

    /// <summary>Where thresholds start; null: 0.01·√d, in proportion to the inputs' norm.</summary>
    public double? InitialThreshold { get; init; }

    /// <summary>Width ε of the window in which the jump's slope is estimated; null: 0.05·√d.</summary>
    public double? Bandwidth { get; init; }

    /// <summary>The c of <see cref="JumpReluPenalty.Tanh"/>.</summary>
    public double TanhScale { get; init; } = 4;

    /// <summary>
    /// Weight of Σ ReLU(θ − z)·‖w‖ over dead latents, which draws them back; 0 switches it off. Anthropic has 3e-6 for all
    /// latents.
    /// </summary>
    public double PreActivationCoefficient { get; init; }

    /// <summary>Whether the estimated slope reaches the encoder too, not the thresholds alone (Anthropic, January 2025).</summary>
    public bool TrainEncoderByJump { get; init; }

    /// <summary>
    /// With a value L*, each token pays λ·(L0/L* − 1)² in place of λ·L0 (arXiv 2407.14435, app. F; Gemma Scope 2). To reach
    /// an L0 whatever the coefficient, use <see cref="TargetL0Controller"/>.
    /// </summary>
    public double? QuadraticTarget { get; init; }

    /// <summary>The threshold that latents start with.</summary>
    public double InitialThresholdFor(int hiddenSize) => InitialThreshold ?? (DefaultThreshold * Math.Sqrt(hiddenSize));

    /// <summary>The window's width.</summary>
    public double BandwidthFor(int hiddenSize) => Bandwidth ?? (DefaultBandwidth * Math.Sqrt(hiddenSize));

    /// <inheritdoc/>
    public override SaeKind Create() => new JumpReluKind(this);

    /// <inheritdoc/>
    public override void Validate(int hiddenSize, int latents)
    {
        base.Validate(hiddenSize, latents);
        RequirePositive(nameof(SparsityCoefficient), SparsityCoefficient);
        RequirePositive(nameof(InitialThreshold), InitialThresholdFor(hiddenSize));
        RequirePositive(nameof(Bandwidth), BandwidthFor(hiddenSize));
        RequirePositive(nameof(TanhScale), TanhScale);
        if (!double.IsFinite(PreActivationCoefficient) || PreActivationCoefficient < 0)
        {
            throw new SteeringException($"{nameof(PreActivationCoefficient)} is {PreActivationCoefficient}, but must not be negative.");
        }

        if (QuadraticTarget is { } target && (!(target > 0 && target <= latents) || Penalty == JumpReluPenalty.Tanh))
        {
            throw new SteeringException($"{nameof(QuadraticTarget)} is {target} with the {Penalty} penalty; it goes with the Step penalty and must be above 0 and at most the number of latents, {latents}.");
        }
    }
}

/// <summary>What a JumpReLU autoencoder pays for active latents.</summary>
public enum JumpReluPenalty
{
    /// <summary>Their number, λ·Σ H(z − θ), whose slope is estimated in a window around the threshold (arXiv 2407.14435).</summary>
    Step,

    /// <summary>λ·Σ tanh(c·f·‖w‖), which large activations do not feel (Anthropic, January 2025).</summary>
    Tanh,
}
