namespace Steering.Training.Autoencoders;

/// <summary>All that a <see cref="TargetL0Controller"/> remembers.</summary>
/// <param name="LogMultiplier">Natural logarithm of the integral part.</param>
/// <param name="SmoothedL0">Running mean of the L0 seen.</param>
/// <param name="Weight">Sum of the weights in that mean.</param>
public readonly record struct TargetL0State(double LogMultiplier, double SmoothedL0, double Weight);
