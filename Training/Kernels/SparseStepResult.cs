namespace Steering.Training.Kernels;

/// <summary>What one step found.</summary>
/// <param name="SquaredError">Mean over tokens of Σ_d (x̂ − x)², the weighted sum over prefixes where there are several.</param>
/// <param name="FullSquaredError">The same of the whole dictionary alone.</param>
/// <param name="AuxiliaryLoss">The auxiliary term as it enters the loss; 0 without dead latents.</param>
/// <param name="ActiveCount">Active latents over all tokens.</param>
/// <param name="SmallestActivation">Smallest positive activation kept; what a threshold at inference is estimated from. Infinite where nothing was active.</param>
/// <param name="GradientNorm">Euclidean norm of all gradients together.</param>
internal readonly record struct SparseStepResult(
    double SquaredError,
    double FullSquaredError,
    double AuxiliaryLoss,
    long ActiveCount,
    float SmallestActivation,
    double GradientNorm)
{
    /// <summary>The loss.</summary>
    public double Loss => SquaredError + AuxiliaryLoss;
}
