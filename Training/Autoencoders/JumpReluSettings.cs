namespace Steering.Training.Autoencoders;

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
