namespace Steering.Training.Trainer;

/// <summary>What one step found.</summary>
/// <param name="Loss">The loss.</param>
/// <param name="SquaredError">Mean over tokens of Σ_d (x̂ − x)², of the whole dictionary.</param>
/// <param name="ActiveCount">Active latents over all tokens.</param>
/// <param name="SmallestActivation">Smallest positive activation; infinite where there was none.</param>
/// <param name="GradientNorm">Euclidean norm of all gradients together.</param>
internal readonly record struct GradientStepResult(double Loss, double SquaredError, long ActiveCount, float SmallestActivation, double GradientNorm);
