using System.Globalization;

namespace Steering.Analysis.Statistics;

/// <summary>
/// The percentile bootstrap over pairs (Efron 1979): the same prompts answered in two ways, so that what is hard about a
/// prompt cancels out. The same seed gives the same interval on every machine.
/// </summary>
public static class PairedBootstrap
{
    /// <summary>Resamples where no number is given.</summary>
    public const int UsualResamples = 10_000;

    /// <summary>An interval of the mean of first − second, from resampled pairs.</summary>
    /// <param name="first">One value for each pair, at least one; 0 and 1 for hits.</param>
    /// <param name="second">As many.</param>
    /// <param name="seed">Of the resampling.</param>
    /// <param name="confidence">Level of confidence, 0.5 to 0.9999.</param>
    /// <param name="resamples">How many, at least 100.</param>
    /// <returns>The (1 − confidence)/2 and (1 + confidence)/2 quantiles of the resampled means, each the smallest mean with at least that share at or below it.</returns>
    /// <exception cref="SteeringException">No pair, unequal numbers of values, or a value that is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A level or a number of resamples outside its range.</exception>
    public static Interval MeanDifference(
        ReadOnlySpan<double> first, ReadOnlySpan<double> second, long seed, double confidence = RateIntervals.UsualConfidence, int resamples = UsualResamples)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 100);
        _ = NormalQuantile.TwoSided(confidence);
        var differences = Differences(first, second);
        var random = new SeededRandom(seed, stream: 0);
        var means = new double[resamples];
        for (var resample = 0; resample < resamples; resample++)
        {
            var sum = 0.0;
            for (var draw = 0; draw < differences.Length; draw++)
            {
                sum += differences[random.Below(differences.Length)];
            }

            means[resample] = sum / differences.Length;
        }

        Array.Sort(means);
        return new Interval(Quantile(means, (1 - confidence) / 2), Quantile(means, (1 + confidence) / 2));
    }

    private static double[] Differences(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        if (first.Length != second.Length || first.IsEmpty)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"A paired bootstrap needs two values for each pair and at least one pair; {first.Length} and {second.Length} values were given."));
        }

        var differences = new double[first.Length];
        for (var pair = 0; pair < differences.Length; pair++)
        {
            differences[pair] = first[pair] - second[pair];
            if (!double.IsFinite(differences[pair]))
            {
                throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"Pair {pair} of a bootstrap is {first[pair]} and {second[pair]}; both must be finite."));
            }
        }

        return differences;
    }

    // The share is rounded up to whole resamples; the tolerance keeps 0.975 · 10,000 from becoming 9,751.
    private static double Quantile(double[] sorted, double share) =>
        sorted[Math.Clamp((int)Math.Ceiling((share * sorted.Length) - 1e-9) - 1, 0, sorted.Length - 1)];
}
