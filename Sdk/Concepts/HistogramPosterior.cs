namespace Steering.Concepts;

/// <summary>
/// Posterior from histograms of the active values: (share of the bin + 1e-12) × prior, normalised; beyond the range the
/// last bin. Constant within a bin; <see cref="Smooth"/> gives the continuous form that a policy can carry.
/// </summary>
public sealed class HistogramPosterior : Posterior
{
    private const double Floor = 1e-12;

    private readonly double[] _table;
    private readonly double _range;

    private HistogramPosterior(int conceptCount, double[] table, double range)
        : base(conceptCount) => (_table, _range) = (table, range);

    /// <summary>End of the histogram.</summary>
    public double Range => _range;

    /// <summary>The posterior of a latent.</summary>
    /// <param name="statistics">What was measured.</param>
    /// <param name="latent">Latent, 0-based.</param>
    /// <param name="prior">How priors are set.</param>
    /// <param name="smooth">Whether the shares are smoothed along the bins: a Gaussian kernel of Scott's width, deviation × n^(−1/5), for each concept.</param>
    public static HistogramPosterior Of(ConceptStatistics statistics, int latent, ConceptPrior prior, bool smooth = false)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        var (concepts, bins) = (statistics.ConceptCount, ConceptHistogram.BinCount);
        var table = new double[bins * concepts];
        var shares = new double[bins];
        for (var concept = 0; concept < concepts; concept++)
        {
            statistics.Shares(latent, concept, shares);
            if (smooth)
            {
                shares = Smoothed(shares, statistics, latent, concept);
            }

            for (var bin = 0; bin < bins; bin++)
            {
                table[(bin * concepts) + concept] = (shares[bin] + Floor) * statistics.Prior(prior, concept);
            }
        }

        for (var bin = 0; bin < bins; bin++)
        {
            var row = table.AsSpan(bin * concepts, concepts);
            var sum = System.Numerics.Tensors.TensorPrimitives.Sum<double>(row);
            System.Numerics.Tensors.TensorPrimitives.Divide(row, sum, row);
        }

        return new HistogramPosterior(concepts, table, statistics.Range(latent));
    }

    /// <inheritdoc/>
    public override void At(double activation, Span<double> probabilities) => Row(Bin(activation)).CopyTo(probabilities);

    /// <summary>The posterior of one concept, interpolated between the middles of the bins and constant outside them.</summary>
    /// <param name="activation">Activation, above 0.</param>
    /// <param name="concept">Concept, 0-based.</param>
    public double Smooth(double activation, int concept)
    {
        var place = _range > 0 ? Math.Clamp((activation / _range * ConceptHistogram.BinCount) - 0.5, 0, ConceptHistogram.BinCount - 1) : 0;
        var bin = Math.Min((int)place, ConceptHistogram.BinCount - 2);
        var share = place - bin;
        return ((1 - share) * Row(bin)[concept]) + (share * Row(bin + 1)[concept]);
    }

    private ReadOnlySpan<double> Row(int bin) => _table.AsSpan(bin * ConceptCount, ConceptCount);

    private int Bin(double activation) =>
        _range > 0 ? (int)Math.Min(ConceptHistogram.BinCount - 1, Math.Max(0, Math.Floor(activation / _range * ConceptHistogram.BinCount))) : 0;

    private static double[] Smoothed(double[] shares, ConceptStatistics statistics, int latent, int concept)
    {
        var active = statistics.Active(latent, concept);
        if (active == 0)
        {
            return shares;
        }

        var width = Math.Max(0.5, statistics.ActiveDeviation(latent, concept) * Math.Pow(active, -0.2) / statistics.Range(latent) * shares.Length);
        var smoothed = new double[shares.Length];
        for (var from = 0; from < shares.Length; from++)
        {
            if (shares[from] == 0)
            {
                continue;
            }

            // Weights are normalised within the range, so that no mass leaks over its ends.
            var weights = new double[shares.Length];
            var sum = 0d;
            for (var to = 0; to < shares.Length; to++)
            {
                var distance = (to - from) / width;
                sum += weights[to] = Math.Exp(-distance * distance / 2);
            }

            for (var to = 0; to < shares.Length; to++)
            {
                smoothed[to] += shares[from] * weights[to] / sum;
            }
        }

        return smoothed;
    }
}
