using System.Globalization;

namespace Steering.Analysis.Reports;

/// <summary>Where values lie on an axis, which ends where they end, and where its ticks are: round numbers between the ends.</summary>
internal sealed class ChartScale
{
    private const int WantedTicks = 6;
    private const int MostTicks = 8;
    private const int FewestPowers = 3;
    private const double Slack = 1e-9;
    private readonly bool _logarithmic;
    private readonly double _low;
    private readonly double _high;

    public ChartScale(ChartAxis axis, IEnumerable<double> values)
    {
        _logarithmic = axis.Logarithmic;
        var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in values.Where(Shows))
        {
            (low, high) = (Math.Min(low, Place(value)), Math.Max(high, Place(value)));
        }

        if (double.IsPositiveInfinity(low))
        {
            (low, high) = (0, 1);
        }

        if (axis.FromZero && !_logarithmic)
        {
            (low, high) = (Math.Min(low, 0), Math.Max(high, 0));
        }

        if (low == high)
        {
            (low, high) = (low - (low == 0 ? 0 : Math.Abs(low) * 0.1), high + (high == 0 ? 1 : Math.Abs(high) * 0.1));
        }

        (_low, _high) = (low, high);
    }

    /// <summary>Whether the axis can show a value.</summary>
    public bool Shows(double value) => double.IsFinite(value) && (!_logarithmic || value > 0);

    /// <summary>Share of the axis' length, 0 to 1.</summary>
    public double Share(double value) => (Place(value) - _low) / (_high - _low);

    /// <summary>Ticks within the axis, ascending, with their text.</summary>
    public IEnumerable<(double Share, string Text)> Ticks() => !_logarithmic ? Even(_low, _high)
        : _high - _low < 1 ? Even(Math.Pow(10, _low), Math.Pow(10, _high))
        : Powers();

    /// <summary>Multiples of a round step.</summary>
    private IEnumerable<(double Share, string Text)> Even(double from, double to)
    {
        var step = Step((to - from) / WantedTicks);
        for (var index = Math.Ceiling((from / step) - Slack); index * step <= to + (step * Slack); index++)
        {
            yield return (Share(index * step), Text(index * step, step));
        }
    }

    /// <summary>Powers of ten; where there are few of them, twice and five times each as well.</summary>
    private IEnumerable<(double Share, string Text)> Powers()
    {
        var (first, last) = ((int)Math.Ceiling(_low - Slack), (int)Math.Floor(_high + Slack));
        var count = last - first + 1;
        var every = Math.Max(1, (int)Math.Ceiling(count / (double)MostTicks));
        int[] digits = count < FewestPowers ? [1, 2, 5] : [1];
        for (var power = first - 1; power <= last; power++)
        {
            foreach (var digit in digits)
            {
                var value = digit * Math.Pow(10, power);
                if ((power - first) % every == 0 && Place(value) >= _low - Slack && Place(value) <= _high + Slack)
                {
                    yield return (Share(value), Text(value, Math.Pow(10, power)));
                }
            }
        }
    }

    private static double Step(double rough)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return (rough / power) switch
        {
            <= 1 => power,
            <= 2 => 2 * power,
            <= 5 => 5 * power,
            _ => 10 * power,
        };
    }

    private static string Text(double value, double step)
    {
        value = Math.Abs(value) < step * Slack ? 0 : value; // Not −0.
        if (value != 0 && Math.Abs(value) is >= 1e6 or < 1e-4)
        {
            // As many digits as tell one tick from the next.
            var places = Math.Clamp((int)(Math.Floor(Math.Log10(Math.Abs(value)) + Slack) - Math.Floor(Math.Log10(step) + Slack)), 0, 10);
            return value.ToString($"0.{new string('#', places)}e0", CultureInfo.InvariantCulture);
        }

        var digits = Math.Clamp((int)Math.Ceiling(-Math.Log10(step) - Slack), 0, 10);
        return value.ToString($"#,0.{new string('0', digits)}", CultureInfo.InvariantCulture);
    }

    private double Place(double value) => _logarithmic ? Math.Log10(value) : value;
}
