using System.Globalization;

namespace Steering.Training.Reports;

/// <summary>Where values lie on an axis, and where its ticks are.</summary>
internal sealed class ChartScale
{
    private const int WantedTicks = 6;
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

        var step = _logarithmic ? 1 : Step((high - low) / WantedTicks);
        (_low, _high) = _logarithmic && high - low < 1 ? (low, high) : (Math.Floor((low / step) + 1e-9) * step, Math.Ceiling((high / step) - 1e-9) * step);
    }

    /// <summary>Whether the axis can show a value.</summary>
    public bool Shows(double value) => double.IsFinite(value) && (!_logarithmic || value > 0);

    /// <summary>Share of the axis' length, 0 to 1.</summary>
    public double Share(double value) => (Place(value) - _low) / (_high - _low);

    /// <summary>Ticks within the axis, ascending, with their text.</summary>
    public IEnumerable<(double Share, string Text)> Ticks()
    {
        if (_logarithmic && _high - _low >= 1)
        {
            var every = Math.Max(1, (int)Math.Ceiling((_high - _low) / 8));
            for (var power = (int)Math.Ceiling(_low - 1e-9); power <= _high + 1e-9; power += every)
            {
                yield return ((power - _low) / (_high - _low), Text(Math.Pow(10, power), Math.Pow(10, power)));
            }

            yield break;
        }

        var (from, to) = _logarithmic ? (Math.Pow(10, _low), Math.Pow(10, _high)) : (_low, _high);
        var step = Step((to - from) / WantedTicks);
        for (var index = Math.Ceiling((from / step) - 1e-9); index * step <= to + (step * 1e-9); index++)
        {
            yield return (Share(index * step), Text(index * step, step));
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
        value = value == 0 ? 0 : value; // Not −0.
        if (value != 0 && Math.Abs(value) is >= 1e6 or < 1e-4)
        {
            return value.ToString("0.###e0", CultureInfo.InvariantCulture);
        }

        var digits = Math.Clamp((int)Math.Ceiling(-Math.Log10(step) - 1e-9), 0, 10);
        return value.ToString($"#,0.{new string('0', digits)}", CultureInfo.InvariantCulture);
    }

    private double Place(double value) => _logarithmic ? Math.Log10(value) : value;
}
