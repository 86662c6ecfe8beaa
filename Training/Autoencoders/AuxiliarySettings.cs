namespace Steering.Training.Autoencoders;

/// <summary>The auxiliary loss that revives dead latents (AuxK).</summary>
public sealed record AuxiliarySettings
{
    /// <summary>Which form.</summary>
    public AuxiliaryForm Form { get; init; }

    /// <summary>
    /// Weight beside the squared error; 0 switches it off. arXiv 2406.04093 has 1/32; in short runs a larger weight revives
    /// latents while the learning rate is still high.
    /// </summary>
    public double Coefficient { get; init; } = 0.5;

    /// <summary>Dead latents that serve a token at most, k_aux; 0: half the residual stream's width.</summary>
    public int Latents { get; init; }

    /// <summary>Takes k_aux from the residual stream's width where it is not given.</summary>
    public int LatentsFor(int hiddenSize) => Latents > 0 ? Latents : Math.Max(1, hiddenSize / 2);

    /// <exception cref="SteeringException">A number is out of range.</exception>
    internal void Validate()
    {
        if (!double.IsFinite(Coefficient) || Coefficient < 0 || Latents < 0)
        {
            throw new SteeringException($"The auxiliary loss has coefficient {Coefficient} and {Latents} latents; neither may be negative.");
        }
    }
}

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
