namespace Steering.Analysis.Statistics;

/// <summary>Intervals of rates that hold near 0 and 1 and for few trials, where the usual mean ± z·deviation does not.</summary>
internal static class RateIntervals
{
    /// <summary>The level of confidence where none is given.</summary>
    public const double UsualConfidence = 0.95;

    /// <summary>
    /// Wilson's score interval of a probability, without continuity correction (Wilson 1927; method 3 of Newcombe 1998a):
    /// (2np + z² ± z·√(z² + 4np(1 − p))) / (2(n + z²)).
    /// </summary>
    /// <param name="rate">Hits of trials; without a trial the interval is [0, 1].</param>
    /// <param name="confidence">Level of confidence, 0.5 to 0.9999.</param>
    /// <returns>Limits in [0, 1].</returns>
    /// <exception cref="ArgumentOutOfRangeException">The level is outside its range.</exception>
    public static Interval Wilson(Rate rate, double confidence = UsualConfidence)
    {
        var z = NormalQuantile.TwoSided(confidence);
        if (rate.Total == 0)
        {
            return new Interval(0, 1);
        }

        var (p, n) = (rate.Value, rate.Total);
        var centre = (2 * n * p) + (z * z);
        var width = z * Math.Sqrt((z * z) + (4 * n * p * (1 - p)));
        var scale = 2 * (n + (z * z));

        // Exactly 0 and 1 at the ends, where rounding would leave a trace.
        return new Interval(
            rate.Hits == 0 ? 0 : (centre - width) / scale,
            rate.Hits == rate.Total ? 1 : (centre + width) / scale);
    }

    /// <summary>
    /// Newcombe's interval of the difference of two independent probabilities, from their score intervals, without
    /// continuity correction (method 10 of Newcombe 1998b).
    /// </summary>
    /// <param name="first">The rate that is subtracted from.</param>
    /// <param name="second">The rate that is subtracted.</param>
    /// <param name="confidence">Level of confidence, 0.5 to 0.9999.</param>
    /// <returns>Limits of first − second, in [−1, 1]; [−1, 1] where one has no trial.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The level is outside its range.</exception>
    public static Interval Difference(Rate first, Rate second, double confidence = UsualConfidence)
    {
        var (a, b) = (Wilson(first, confidence), Wilson(second, confidence));
        if (first.Total == 0 || second.Total == 0)
        {
            return new Interval(-1, 1);
        }

        var difference = first.Value - second.Value;
        return new Interval(
            difference - double.Hypot(first.Value - a.Low, b.High - second.Value),
            difference + double.Hypot(a.High - first.Value, second.Value - b.Low));
    }
}
