namespace Steering.Training.Autoencoders;

/// <summary>
/// The threshold that stands for a selection over the whole batch at inference: the running mean over batches of the
/// smallest activation that was kept (arXiv 2412.06410, eq. 5). Unlike a mean that starts at zero it is unbiased from the
/// first batch on: the weights of what was seen are divided by their sum.
/// </summary>
internal sealed class ThresholdEstimate
{
    /// <summary>Share of the newest batch where none is given.</summary>
    public const double DefaultRate = 0.01;

    private readonly double _rate;

    /// <param name="rate">Share of the newest batch, above 0 and at most 1.</param>
    public ThresholdEstimate(double rate = DefaultRate)
    {
        ValidateRate(rate);
        _rate = rate;
    }

    /// <summary>Weighted sum of what was seen, with <see cref="Weight"/> the whole state.</summary>
    public double Sum { get; private set; }

    /// <summary>Sum of the weights.</summary>
    public double Weight { get; private set; }

    /// <summary>The threshold; 0 before anything was seen.</summary>
    public double Value => Weight > 0 ? Sum / Weight : 0;

    /// <summary>Takes in a batch.</summary>
    /// <param name="smallest">Smallest positive activation kept; infinite or NaN where there was none, which changes nothing.</param>
    public void Observe(double smallest)
    {
        if (double.IsFinite(smallest))
        {
            Sum += _rate * (smallest - Sum);
            Weight += _rate * (1 - Weight);
        }
    }

    /// <summary>Continues from a state.</summary>
    public void Restore(double sum, double weight) => (Sum, Weight) = (sum, weight);

    /// <exception cref="SteeringException">Not above 0 and at most 1.</exception>
    internal static void ValidateRate(double rate)
    {
        if (!(rate > 0 && rate <= 1))
        {
            throw new SteeringException($"The threshold's rate is {rate}, but must be above 0 and at most 1.");
        }
    }
}
