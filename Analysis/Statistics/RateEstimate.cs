using System.Globalization;

namespace Steering.Analysis.Statistics;

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
