using Steering.Concepts;

namespace Steering.Analysis.Selection;

/// <summary>
/// Scores of every latent for one concept, from what was measured: the concept against all others together. A text with
/// several labels counts once under each of them.
/// </summary>
internal static class FeatureScores
{
    /// <summary>Mean activation under the concept minus that under the rest (AxBench's difference of means, over observations).</summary>
    /// <param name="statistics">What was measured.</param>
    /// <param name="concept">Concept, 0-based.</param>
    public static double[] MeanDifference(ConceptStatistics statistics, int concept) => Difference(statistics, concept, statistics.Mean);

    /// <summary>Firing rate under the concept minus that under the rest.</summary>
    /// <inheritdoc cref="MeanDifference" path="/param"/>
    public static double[] FrequencyDifference(ConceptStatistics statistics, int concept) => Difference(statistics, concept, statistics.FiringRate);

    /// <summary>ROC-AUC of the activation as a score for the concept.</summary>
    /// <inheritdoc cref="MeanDifference" path="/param"/>
    public static double[] Auroc(ConceptStatistics statistics, int concept) => PerLatent(statistics, latent => statistics.Auroc(latent, concept));

    /// <summary>Mean Jensen–Shannon distance of the concept to the others.</summary>
    /// <inheritdoc cref="MeanDifference" path="/param"/>
    public static double[] Separability(ConceptStatistics statistics, int concept) => PerLatent(statistics, latent => Concepts.Separability.ByConcept(statistics, latent)[concept]);

    /// <summary>Firing rate under the concept where the rest fires on no more than a share of its observations, else 0 (SAEBench's unlearning filter).</summary>
    /// <param name="statistics">What was measured.</param>
    /// <param name="concept">Concept, 0-based.</param>
    /// <param name="largestRest">Largest firing rate of the rest that is kept; SAEBench tries 0.01 and 0.001.</param>
    public static double[] FiringFilter(ConceptStatistics statistics, int concept, double largestRest) => PerLatent(
        statistics,
        latent => Rest(statistics, latent, concept, statistics.FiringRate) <= largestRest ? statistics.FiringRate(latent, concept) : 0);

    /// <summary>
    /// STA (arXiv 2505.20322): keeps latents whose mean difference and frequency difference have the same sign and are
    /// both among the largest in magnitude.
    /// </summary>
    /// <param name="meanDifference">[D].</param>
    /// <param name="frequencyDifference">[D].</param>
    /// <param name="trim">Share that counts as largest, rounded to a number of latents; ties go to the lower index.</param>
    public static bool[] StaKept(IReadOnlyList<double> meanDifference, IReadOnlyList<double> frequencyDifference, double trim = 0.35)
    {
        ArgumentNullException.ThrowIfNull(meanDifference);
        ArgumentNullException.ThrowIfNull(frequencyDifference);
        var places = (int)Math.Round(trim * meanDifference.Count, MidpointRounding.ToEven);
        var (amplitude, frequency) = (Largest(meanDifference, places), Largest(frequencyDifference, places));
        return [.. Enumerable.Range(0, meanDifference.Count).Select(latent =>
            amplitude[latent] && frequency[latent] && Math.Sign(meanDifference[latent]) == Math.Sign(frequencyDifference[latent]))];
    }

    private static bool[] Largest(IReadOnlyList<double> values, int places)
    {
        var kept = new bool[values.Count];
        foreach (var latent in Enumerable.Range(0, values.Count).OrderByDescending(latent => Math.Abs(values[latent])).Take(places))
        {
            kept[latent] = true;
        }

        return kept;
    }

    private static double[] Difference(ConceptStatistics statistics, int concept, Func<int, int, double> measure)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        return PerLatent(statistics, latent => measure(latent, concept) - Rest(statistics, latent, concept, measure));
    }

    private static double Rest(ConceptStatistics statistics, int latent, int concept, Func<int, int, double> measure)
    {
        var (sum, observations) = (0d, 0L);
        for (var other = 0; other < statistics.ConceptCount; other++)
        {
            if (other != concept)
            {
                sum += measure(latent, other) * statistics.Concepts[other].Observations;
                observations += statistics.Concepts[other].Observations;
            }
        }

        return sum / observations;
    }

    private static double[] PerLatent(ConceptStatistics statistics, Func<int, double> score)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        return [.. Enumerable.Range(0, statistics.LatentCount).Select(score)];
    }
}

/// <summary>By what features are ranked for a concept.</summary>
public enum FeatureRanking
{
    /// <summary>ROC-AUC of the activation.</summary>
    Auroc,

    /// <summary>Difference of mean activations.</summary>
    Mean,

    /// <summary>Difference of firing rates.</summary>
    Frequency,

    /// <summary>Firing rate, where the rest hardly fires.</summary>
    Firing,

    /// <summary>Difference of mean activations among those that STA keeps.</summary>
    Sta,

    /// <summary>Jensen–Shannon distance to the other concepts.</summary>
    Separability,
}
