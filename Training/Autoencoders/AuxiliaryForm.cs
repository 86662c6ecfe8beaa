namespace Steering.Training.Autoencoders;

/// <summary>How dead latents are trained on the error that the others leave.</summary>
public enum AuxiliaryForm
{
    /// <summary>
    /// e = x − x̂ as a constant; the k_aux dead latents of the token with the largest pre-activations, negative ones set to
    /// zero, decode without bias to ê; the term is coefficient · min(dead/k_aux, 1) · mean over tokens of Σ_d (e − ê)²
    /// (arXiv 2406.04093, A.2, in the units of the squared error, so that the coefficient depends on neither d nor the input).
    /// </summary>
    Residual,

    /// <summary>As SAELens 6 has it: the same with negative pre-activations kept; it goes with a coefficient of 1 there.</summary>
    SaeLens,
}
