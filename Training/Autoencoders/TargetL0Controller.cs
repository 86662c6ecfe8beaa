namespace Steering.Training.Autoencoders;

/// <summary>
/// Steers the sparsity coefficient during training so that the mean number of active latents comes to a target: a
/// proportional and integral controller on logarithms. With e = ln(L0/target), m ← m + gain·e after each batch, and the
/// coefficient is multiplied by exp(m + proportion·e).
/// </summary>
/// <remarks>
/// Adam makes the effect of a constant factor on the penalty fade, so that no fixed coefficient gives a known L0; a
/// controller needs to know only the direction. <see cref="State"/> and <see cref="Restore"/> continue it bit for bit.
/// </remarks>
internal sealed class TargetL0Controller
{
    /// <summary>Gain where none is given: an L0 off by a factor of e moves the coefficient by 2 % a batch.</summary>
    public const double DefaultGain = 0.02;

    private const double Proportion = 1;
    private const double Smoothing = 0.1;
    private const double LargestError = 1;
    private const double LargestLog = 12;
    private readonly double _gain;
    private TargetL0State _state;

    /// <param name="target">Mean number of active latents wanted, positive.</param>
    /// <param name="gain">Change of the coefficient's logarithm a batch and unit of e.</param>
    /// <exception cref="SteeringException">A number is out of range.</exception>
    public TargetL0Controller(double target, double gain = DefaultGain)
    {
        if (!(target > 0 && double.IsFinite(target)) || !(gain > 0 && gain <= 1))
        {
            throw new SteeringException($"A target L0 of {target} with gain {gain} was asked for; the target must be positive and the gain above 0 and at most 1.");
        }

        Target = target;
        _gain = gain;
    }

    /// <summary>Mean number of active latents wanted.</summary>
    public double Target { get; }

    /// <summary>What to multiply the coefficient with; 1 before anything was seen.</summary>
    public double Multiplier => Math.Exp(_state.LogMultiplier + (Proportion * Error()));

    /// <summary>All that it remembers.</summary>
    public TargetL0State State => _state;

    /// <summary>Takes in the L0 of a batch.</summary>
    /// <param name="l0">Mean number of active latents a token, not negative.</param>
    public void Observe(double l0)
    {
        var smoothed = _state.SmoothedL0 + (Smoothing * (l0 - _state.SmoothedL0));
        var weight = _state.Weight + (Smoothing * (1 - _state.Weight));
        _state = _state with { SmoothedL0 = smoothed, Weight = weight };
        _state = _state with { LogMultiplier = Math.Clamp(_state.LogMultiplier + (_gain * Error()), -LargestLog, LargestLog) };
    }

    /// <summary>Continues from a state.</summary>
    public void Restore(TargetL0State state) => _state = state;

    private double Error()
    {
        if (_state.Weight == 0)
        {
            return 0;
        }

        var mean = _state.SmoothedL0 / _state.Weight;
        return Math.Clamp(Math.Log(Math.Max(mean, 1e-6) / Target), -LargestError, LargestError);
    }
}

/// <summary>All that a <see cref="TargetL0Controller"/> remembers.</summary>
/// <param name="LogMultiplier">Natural logarithm of the integral part.</param>
/// <param name="SmoothedL0">Running mean of the L0 seen.</param>
/// <param name="Weight">Sum of the weights in that mean.</param>
internal readonly record struct TargetL0State(double LogMultiplier, double SmoothedL0, double Weight);
