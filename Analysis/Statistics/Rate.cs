using System.Globalization;

namespace Steering.Analysis.Statistics;

/// <summary>How many of a number of independent trials were hits.</summary>
public readonly record struct Rate
{
    /// <summary>Makes a rate.</summary>
    /// <param name="hits">Hits, 0 to <paramref name="total"/>.</param>
    /// <param name="total">Trials, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number outside its range.</exception>
    public Rate(int hits, int total)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(total);
        ArgumentOutOfRangeException.ThrowIfNegative(hits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hits, total);
        (Hits, Total) = (hits, total);
    }

    /// <summary>Hits.</summary>
    public int Hits { get; }

    /// <summary>Trials.</summary>
    public int Total { get; }

    /// <summary>Hits divided by trials; not a number where there was no trial.</summary>
    public double Value => (double)Hits / Total;

    /// <summary>The rate of what is true among values.</summary>
    /// <typeparam name="T">What is counted.</typeparam>
    /// <param name="values">The trials.</param>
    /// <param name="hit">Which of them are hits.</param>
    public static Rate Of<T>(IEnumerable<T> values, Func<T, bool> hit)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(hit);
        var (hits, total) = (0, 0);
        foreach (var value in values)
        {
            total++;
            hits += hit(value) ? 1 : 0;
        }

        return new Rate(hits, total);
    }

    /// <summary>The score interval of the underlying probability (<see cref="RateIntervals.Wilson"/>).</summary>
    /// <param name="confidence">Level of confidence, 0.5 to 0.9999.</param>
    public Interval Interval(double confidence = RateIntervals.UsualConfidence) => RateIntervals.Wilson(this, confidence);

    /// <summary>Hits and trials, as in <c>12 of 200</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Hits} of {Total}");
}

/// <summary>A measured rate as it is reported: counts, share and score interval.</summary>
/// <param name="Hits">Hits.</param>
/// <param name="Total">Trials.</param>
/// <param name="Share">Hits divided by trials; null where there was no trial.</param>
/// <param name="Low">Lower limit of the 95 % interval.</param>
/// <param name="High">Upper limit.</param>
public sealed record RateEstimate(int Hits, int Total, double? Share, double Low, double High)
{
    /// <summary>The estimate that a rate gives.</summary>
    /// <param name="rate">The rate.</param>
    public static RateEstimate Of(Rate rate)
    {
        var interval = rate.Interval();
        return new RateEstimate(rate.Hits, rate.Total, rate.Total == 0 ? null : rate.Value, interval.Low, interval.High);
    }

    /// <summary>Counts what is true among values.</summary>
    /// <typeparam name="T">What is counted.</typeparam>
    /// <param name="values">The trials.</param>
    /// <param name="hit">Which of them are hits.</param>
    public static RateEstimate Of<T>(IEnumerable<T> values, Func<T, bool> hit) => Of(Rate.Of(values, hit));

    /// <summary>Percent with its interval, as in <c>42.0 % [35.4, 48.9]</c>.</summary>
    public override string ToString() => Share is { } share
        ? string.Create(CultureInfo.InvariantCulture, $"{100 * share:F1} % [{100 * Low:F1}, {100 * High:F1}]")
        : "none tried";
}
