namespace Steering.Concepts;

/// <summary>P(concept | activation) of one latent, for activations above 0: at 0 an attenuation changes nothing.</summary>
public abstract class Posterior
{
    private protected Posterior(int conceptCount) => ConceptCount = conceptCount;

    /// <summary>Number of concepts C.</summary>
    public int ConceptCount { get; }

    /// <summary>The posterior of every concept.</summary>
    /// <param name="activation">Activation, above 0.</param>
    /// <param name="probabilities">Receives C probabilities that sum to 1.</param>
    public abstract void At(double activation, Span<double> probabilities);

    /// <summary>The posterior of one concept.</summary>
    /// <param name="activation">Activation, above 0.</param>
    /// <param name="concept">Concept, 0-based.</param>
    public double Of(double activation, int concept)
    {
        Span<double> probabilities = ConceptCount <= 64 ? stackalloc double[ConceptCount] : new double[ConceptCount];
        At(activation, probabilities);
        return probabilities[concept];
    }
}
