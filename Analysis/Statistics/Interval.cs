using System.Globalization;

namespace Steering.Analysis.Statistics;

/// <summary>An interval of confidence.</summary>
/// <param name="Low">Lower limit.</param>
/// <param name="High">Upper limit.</param>
public readonly record struct Interval(double Low, double High)
{
    /// <summary>Whether a value lies inside, the limits included.</summary>
    /// <param name="value">The value.</param>
    public bool Contains(double value) => value >= Low && value <= High;

    /// <summary>The limits with three digits behind the point, in square brackets.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"[{Low:F3}, {High:F3}]");
}
