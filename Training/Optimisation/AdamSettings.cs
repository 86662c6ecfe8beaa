namespace Steering.Training.Optimisation;

/// <summary>Adam's constants (arXiv 1412.6980).</summary>
/// <param name="Beta1">Decay of the first moment, 0 to 1.</param>
/// <param name="Beta2">Decay of the second moment, 0 to 1.</param>
/// <param name="Epsilon">Added to the root of the second moment.</param>
public sealed record AdamSettings(double Beta1 = 0.9, double Beta2 = 0.999, double Epsilon = 1e-8);
