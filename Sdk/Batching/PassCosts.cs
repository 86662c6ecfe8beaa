namespace Steering.Batching;

/// <summary>
/// What a pass costs by its positions, whether they are rows of a batch or tokens of a prompt, from the passes so far. The
/// cost is no line (products work on blocks of rows, and a second row is cheaper than a third) and it grows with the
/// conversations. A size that was run lately is therefore known by its own mean; one that was not, by the line
/// base + positions · price through all of them (least squares). Both forget exponentially.
/// </summary>
/// <param name="most">Largest pass.</param>
internal sealed class PassCosts(int most)
{
    private const double Memory = 0.97;

    // What the line weighs beside the passes of a size. It also outlives them: a size that once met a slow moment is tried again.
    private const double LineWeight = 0.05;

    private readonly Size[] _sizes = new Size[most + 1];
    private long _passes;
    private double _weight;
    private double _positions;
    private double _seconds;
    private double _squares;
    private double _products;

    /// <summary>Whether any pass was seen.</summary>
    public bool IsKnown => _weight > 0;

    /// <summary>Notes what a pass took.</summary>
    /// <param name="positions">Rows times tokens of a row, 1 to the largest pass.</param>
    /// <param name="seconds">Its time.</param>
    public void Add(int positions, double seconds)
    {
        _passes++;
        _weight = (Memory * _weight) + 1;
        _positions = (Memory * _positions) + positions;
        _seconds = (Memory * _seconds) + seconds;
        _squares = (Memory * _squares) + ((double)positions * positions);
        _products = (Memory * _products) + (positions * seconds);

        ref var size = ref _sizes[positions];
        var weight = Weight(size);
        size = new Size(_passes, weight + 1, ((weight * size.Mean) + seconds) / (weight + 1));
    }

    /// <summary>Seconds that a pass is expected to take; 0 before any was seen.</summary>
    /// <param name="positions">1 to the largest pass.</param>
    public double Of(int positions)
    {
        var (ground, price) = Line();
        var weight = Weight(_sizes[positions]);
        return ((weight * _sizes[positions].Mean) + (LineWeight * (ground + (price * positions)))) / (weight + LineWeight);
    }

    private double Weight(in Size size) => size.Weight * Math.Pow(Memory, _passes - size.Latest);

    // Until passes of different sizes were seen, and whenever a larger one seems no dearer, the price is the mean.
    private (double Base, double Price) Line()
    {
        if (_weight == 0)
        {
            return (0, 0);
        }

        var spread = _squares - (_positions * _positions / _weight);
        var price = spread > 1e-3 * _squares ? (_products - (_positions * _seconds / _weight)) / spread : 0;
        var ground = (_seconds - (price * _positions)) / _weight;
        return price > 0 && ground >= 0 ? (ground, price) : (0, _seconds / _positions);
    }

    private readonly record struct Size(long Latest, double Weight, double Mean);
}
