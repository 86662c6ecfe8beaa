namespace Steering.Concepts;

/// <summary>
/// Posterior from Gaussian fits of the active values: firing rate × N(a; mean, deviation) × prior, normalised in
/// logarithms. A latent that fires under no concept gives 1/C. Our reconstruction of APP (arXiv 2508.15094): the
/// firing rate stands for the atom at zero, without which a rare latent looks shared.
/// </summary>
public sealed class GaussianPosterior : Posterior
{
    private readonly double[] _logWeights;
    private readonly double[] _means;
    private readonly double[] _deviations;

    /// <summary>Takes the fits of C concepts.</summary>
    /// <param name="weights">Firing rate × prior of each, at least 0.</param>
    /// <param name="means">Mean of the active values of each.</param>
    /// <param name="deviations">Their standard deviation, above 0.</param>
    public GaussianPosterior(ReadOnlySpan<double> weights, ReadOnlySpan<double> means, ReadOnlySpan<double> deviations)
        : base(weights.Length)
    {
        (_means, _deviations) = (means.ToArray(), deviations.ToArray());
        _logWeights = new double[weights.Length];
        for (var concept = 0; concept < weights.Length; concept++)
        {
            _logWeights[concept] = Math.Log(weights[concept]) - Math.Log(deviations[concept]);
        }
    }

    /// <summary>The posterior of a latent.</summary>
    /// <param name="statistics">What was measured.</param>
    /// <param name="latent">Latent, 0-based.</param>
    /// <param name="prior">How priors are set.</param>
    public static GaussianPosterior Of(ConceptStatistics statistics, int latent, ConceptPrior prior)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        var concepts = Enumerable.Range(0, statistics.ConceptCount);
        return new GaussianPosterior(
            [.. concepts.Select(concept => statistics.FiringRate(latent, concept) * statistics.Prior(prior, concept))],
            [.. concepts.Select(concept => statistics.ActiveMean(latent, concept))],
            [.. concepts.Select(concept => statistics.ActiveDeviation(latent, concept))]);
    }

    /// <inheritdoc/>
    public override void At(double activation, Span<double> probabilities)
    {
        var largest = double.NegativeInfinity;
        for (var concept = 0; concept < ConceptCount; concept++)
        {
            var distance = (activation - _means[concept]) / _deviations[concept];
            probabilities[concept] = _logWeights[concept] - (distance * distance / 2);
            largest = Math.Max(largest, probabilities[concept]);
        }

        if (double.IsNegativeInfinity(largest))
        {
            probabilities[..ConceptCount].Fill(1.0 / ConceptCount);
            return;
        }

        var sum = 0d;
        for (var concept = 0; concept < ConceptCount; concept++)
        {
            sum += probabilities[concept] = Math.Exp(probabilities[concept] - largest);
        }

        for (var concept = 0; concept < ConceptCount; concept++)
        {
            probabilities[concept] /= sum;
        }
    }
}
