namespace Steering.Analysis.Selection;

/// <summary>
/// Pearson correlation of every latent's activation with an outcome, in one pass (CorrSteer, arXiv 2508.12535): what is
/// inactive costs nothing. Sums are kept in double precision about a shift, the first outcome. Not thread-safe.
/// </summary>
/// <param name="latentCount">Number of latents D.</param>
public sealed class OutcomeCorrelation(int latentCount)
{
    private readonly double[] _sum = new double[latentCount];
    private readonly double[] _squares = new double[latentCount];
    private readonly double[] _products = new double[latentCount];
    private double _shift;
    private double _outcomeSum;
    private double _outcomeSquares;

    /// <summary>Observations so far.</summary>
    public long Count { get; private set; }

    /// <summary>Adds one observation.</summary>
    /// <param name="outcome">Its outcome, such as 1 for a right answer and 0 for a wrong one.</param>
    /// <param name="latents">Latents that are active.</param>
    /// <param name="values">Their activations.</param>
    public void Add(double outcome, ReadOnlySpan<int> latents, ReadOnlySpan<float> values)
    {
        _shift = Count++ == 0 ? outcome : _shift;
        var shifted = outcome - _shift;
        _outcomeSum += shifted;
        _outcomeSquares += shifted * shifted;
        for (var index = 0; index < latents.Length; index++)
        {
            double value = values[index];
            _sum[latents[index]] += value;
            _squares[latents[index]] += value * value;
            _products[latents[index]] += value * shifted;
        }
    }

    /// <summary>[D] correlation; 0 for a latent, or an outcome, that never changes.</summary>
    public double[] Correlations()
    {
        var result = new double[latentCount];
        var outcome = _outcomeSquares - (_outcomeSum * _outcomeSum / Count);
        for (var latent = 0; latent < latentCount; latent++)
        {
            var variance = _squares[latent] - (_sum[latent] * _sum[latent] / Count);

            // A constant leaves only rounding here.
            var constant = variance <= 1e-13 * _squares[latent] || outcome <= 1e-13 * Math.Max(1, _outcomeSquares);
            result[latent] = constant ? 0 : (_products[latent] - (_sum[latent] * _outcomeSum / Count)) / Math.Sqrt(variance * outcome);
        }

        return result;
    }
}
