namespace Steering.Batching;

/// <summary>
/// How much of a prompt is read beside conversations that are decoded, so that their steps grow by at most a share. A pass
/// costs about base + positions · price, whether its positions are rows of a batch or tokens of a prompt; both numbers are
/// fitted to the passes so far, the latest most (least squares with exponential forgetting).
/// </summary>
/// <param name="share">What may be added to a step, as a share of it.</param>
/// <param name="most">Most tokens of a pass.</param>
internal sealed class PrefillPlan(double share, int most)
{
    private const double Memory = 0.97;

    private double _weight;
    private double _positions;
    private double _seconds;
    private double _squares;
    private double _products;

    /// <summary>Notes what a pass took.</summary>
    /// <param name="positions">Rows times tokens of a row.</param>
    /// <param name="seconds">Its time.</param>
    public void Took(int positions, double seconds)
    {
        _weight = (Memory * _weight) + 1;
        _positions = (Memory * _positions) + positions;
        _seconds = (Memory * _seconds) + seconds;
        _squares = (Memory * _squares) + ((double)positions * positions);
        _products = (Memory * _products) + (positions * seconds);
    }

    /// <summary>Prompt tokens that fit into a pass of their own after a step; below 2 they had better ride in the step.</summary>
    /// <param name="decoding">Conversations that are decoded.</param>
    public int Chunk(int decoding)
    {
        var (ground, price) = Fit();
        return price <= 0 ? 0 : (int)Math.Clamp(((share * (ground + (price * decoding))) - ground) / price, 0, most);
    }

    /// <summary>Prompts that may each have one token in the step itself, as rows of its batch: at least 1.</summary>
    /// <param name="decoding">Conversations that are decoded.</param>
    public int Riders(int decoding)
    {
        var (ground, price) = Fit();
        return price <= 0 ? 1 : (int)Math.Clamp(share * (ground + (price * decoding)) / price, 1, most);
    }

    // Until passes of different sizes were seen, and whenever a larger one seems no dearer, the price is the mean.
    private (double Base, double Price) Fit()
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
}
