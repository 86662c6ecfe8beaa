using Steering.Concepts;

namespace Steering.Analysis.Concepts;

/// <summary>
/// The active values of one latent under one concept in bounded memory: all of them as long as they are few, then a
/// fine histogram from 0 to a power of two that doubles its range by merging neighbouring bins. Count, mean and
/// deviation are exact either way (Welford).
/// </summary>
internal sealed class ActiveValues
{
    /// <summary>Fine bins; after a doubling at least half of them lie within the range, so four to a bin of the result.</summary>
    private const int FineBins = 2048;

    private readonly int _exact;
    private float[]? _values = new float[4];
    private int[] _bins = [];
    private double _width;
    private double _squares;

    /// <param name="exact">How many values are kept before they are folded.</param>
    public ActiveValues(int exact) => _exact = exact;

    public long Count { get; private set; }

    public double Mean { get; private set; }

    public float Largest { get; private set; }

    /// <summary>Population standard deviation of the values.</summary>
    public double Deviation => Count == 0 ? 0 : Math.Min(Largest, Math.Sqrt(Math.Max(0, _squares / Count)));

    /// <summary>Whether every single value is still there.</summary>
    public bool IsExact => _values is not null;

    public void Add(float value)
    {
        Count++;
        var distance = value - Mean;
        Mean += distance / Count;
        _squares += distance * (value - Mean);
        Largest = Math.Max(Largest, value);
        if (_values is null)
        {
            Fold(value);
        }
        else if (Count <= _exact)
        {
            if (Count > _values.Length)
            {
                Array.Resize(ref _values, (int)Math.Min(_exact, _values.Length * 2L));
            }

            _values[Count - 1] = value;
        }
        else
        {
            FoldAll();
            Fold(value);
        }
    }

    /// <summary>Representative values with their counts: every value, or the middles of the fine bins that are occupied, ascending.</summary>
    public IEnumerable<(double Value, int Count)> Points()
    {
        if (_values is not null)
        {
            Array.Sort(_values, 0, (int)Count);
            for (var index = 0; index < Count; index++)
            {
                yield return (_values[index], 1);
            }

            yield break;
        }

        for (var bin = 0; bin < FineBins; bin++)
        {
            if (_bins[bin] > 0)
            {
                yield return (Math.Min(Largest, (bin + 0.5) * _width), _bins[bin]);
            }
        }
    }

    /// <summary>Counts the values in the bins of the result.</summary>
    /// <param name="range">End of the last bin.</param>
    /// <param name="counts">[bins] receives the counts.</param>
    public void Histogram(double range, Span<int> counts)
    {
        counts.Clear();
        foreach (var (value, count) in Points())
        {
            counts[(int)Math.Min(ConceptHistogram.BinCount - 1, Math.Floor(value / range * ConceptHistogram.BinCount))] += count;
        }
    }

    private void FoldAll()
    {
        var values = _values!;
        _values = null;
        _bins = new int[FineBins];
        _width = Math.ScaleB(1, Math.ILogB(Largest) + 1) / FineBins;
        foreach (var value in values)
        {
            Fold(value);
        }
    }

    private void Fold(float value)
    {
        while (value >= _width * FineBins)
        {
            for (var bin = 0; bin < FineBins / 2; bin++)
            {
                _bins[bin] = _bins[2 * bin] + _bins[(2 * bin) + 1];
            }

            Array.Clear(_bins, FineBins / 2, FineBins / 2);
            _width *= 2;
        }

        _bins[(int)(value / _width)]++;
    }
}
