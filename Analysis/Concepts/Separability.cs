using Steering.Concepts;

namespace Steering.Analysis.Concepts;

/// <summary>
/// How far a latent tells concepts apart: the Jensen–Shannon distance (base 2, square root, so in [0, 1]) between its
/// distributions under two concepts, over {inactive} ∪ bins. Our reconstruction of the concept separability of
/// arXiv 2508.15094: the mean over pairs; the atom at zero is a bin of its own.
/// </summary>
public static class Separability
{
    /// <summary>Mean distance over all pairs of concepts.</summary>
    /// <param name="statistics">What was measured.</param>
    /// <param name="latent">Latent, 0-based.</param>
    public static double Of(ConceptStatistics statistics, int latent)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        return ByConcept(statistics, latent).Average();
    }

    /// <summary>For each concept the mean distance to the others.</summary>
    /// <param name="statistics">What was measured.</param>
    /// <param name="latent">Latent, 0-based.</param>
    public static double[] ByConcept(ConceptStatistics statistics, int latent)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        var count = statistics.ConceptCount;
        var sums = new double[count];
        for (var first = 0; first < count; first++)
        {
            for (var second = first + 1; second < count; second++)
            {
                var distance = Distance(statistics, latent, first, second);
                sums[first] += distance;
                sums[second] += distance;
            }
        }

        return Array.ConvertAll(sums, sum => sum / (count - 1));
    }

    /// <summary>Mean over the latents that fire under any concept; 0 where none does.</summary>
    /// <param name="statistics">What was measured.</param>
    public static double OfLayer(ConceptStatistics statistics)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        var fired = Enumerable.Range(0, statistics.LatentCount).Where(latent => statistics.Largest(latent) > 0).ToArray();
        return fired.Length == 0 ? 0 : fired.Average(latent => Of(statistics, latent));
    }

    /// <summary>Jensen–Shannon distance between two concepts.</summary>
    /// <param name="statistics">What was measured.</param>
    /// <param name="latent">Latent, 0-based.</param>
    /// <param name="first">One concept, 0-based.</param>
    /// <param name="second">The other.</param>
    public static double Distance(ConceptStatistics statistics, int latent, int first, int second)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        Span<double> left = stackalloc double[ConceptHistogram.BinCount];
        Span<double> right = stackalloc double[ConceptHistogram.BinCount];
        statistics.Shares(latent, first, left);
        statistics.Shares(latent, second, right);
        var divergence = Term(1 - statistics.FiringRate(latent, first), 1 - statistics.FiringRate(latent, second));
        for (var bin = 0; bin < left.Length; bin++)
        {
            divergence += Term(left[bin], right[bin]);
        }

        return Math.Sqrt(Math.Clamp(divergence, 0, 1));
    }

    private static double Term(double left, double right)
    {
        var middle = (left + right) / 2;
        return (Part(left, middle) + Part(right, middle)) / 2;
    }

    private static double Part(double share, double middle) => share > 0 ? share * Math.Log2(share / middle) : 0;
}
