using Steering.Concepts;

namespace Steering.Analysis.Concepts;

/// <summary>
/// The density of a latent's active values under a concept: the histogram of the file, smoothed by a Gaussian kernel with
/// Scott's bandwidth σ·n^(−1/5) and reflected at both ends of the range, so that nothing leaks below zero. Its area is the
/// firing rate; the rest of the probability is the atom at zero.
/// </summary>
internal static class ConceptDensity
{
    /// <summary>The density at the middle of every bin.</summary>
    /// <param name="statistics">What was measured.</param>
    /// <param name="latent">Latent, 0-based.</param>
    /// <param name="concept">Concept, 0-based.</param>
    /// <returns><see cref="ConceptHistogram.BinCount"/> pairs of activation and probability per unit of activation; none where the latent never fired.</returns>
    public static IReadOnlyList<(double Activation, double Density)> Of(ConceptStatistics statistics, int latent, int concept)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        var bin = statistics.Range(latent) / ConceptHistogram.BinCount;
        if (bin == 0)
        {
            return [];
        }

        Span<double> shares = stackalloc double[ConceptHistogram.BinCount];
        statistics.Shares(latent, concept, shares);
        var active = statistics.Active(latent, concept);
        var bandwidth = active == 0 ? 1 : Math.Max(statistics.ActiveDeviation(latent, concept) * Math.Pow(active, -0.2) / bin, 0.5);
        var smooth = Smooth(shares, bandwidth);
        return [.. smooth.Select((share, index) => ((index + 0.5) * bin, share / bin))];
    }

    /// <param name="shares">Shares of the bins.</param>
    /// <param name="bandwidth">In bins.</param>
    private static double[] Smooth(ReadOnlySpan<double> shares, double bandwidth)
    {
        var count = shares.Length;
        var reach = (int)Math.Ceiling(6 * bandwidth);
        var kernel = new double[(2 * reach) + 1];
        for (var offset = -reach; offset <= reach; offset++)
        {
            kernel[offset + reach] = Math.Exp(-0.5 * offset * offset / (bandwidth * bandwidth));
        }

        var total = kernel.Sum();
        var smooth = new double[count];
        for (var bin = 0; bin < count; bin++)
        {
            for (var offset = -reach; shares[bin] > 0 && offset <= reach; offset++)
            {
                // Reflected, as often as a wide kernel needs it.
                var at = (((bin + offset) % (2 * count)) + (2 * count)) % (2 * count);
                smooth[at < count ? at : (2 * count) - 1 - at] += shares[bin] * kernel[offset + reach] / total;
            }
        }

        return smooth;
    }
}
