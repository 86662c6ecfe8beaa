using Steering.Concepts;

namespace Steering.Analysis.Concepts;

/// <summary>Turns the values of one latent after the other into the tensors of <see cref="ConceptStatistics"/>.</summary>
internal sealed class StatisticsBuilder(int latentCount, long[] observations)
{
    private readonly float[] _largest = new float[latentCount];
    private readonly long[] _active = new long[latentCount * observations.Length];
    private readonly double[] _mean = new double[latentCount * observations.Length];
    private readonly double[] _deviation = new double[latentCount * observations.Length];
    private readonly double[] _auroc = new double[latentCount * observations.Length];
    private readonly long[] _offsets = new long[(latentCount * observations.Length) + 1];
    private readonly List<byte> _bins = [];
    private readonly List<int> _counts = [];
    private readonly int[] _histogram = new int[ConceptHistogram.BinCount];

    public void Add(int latent, ReadOnlySpan<ActiveValues?> concepts)
    {
        foreach (var values in concepts)
        {
            _largest[latent] = Math.Max(_largest[latent], values?.Largest ?? 0);
        }

        for (var concept = 0; concept < concepts.Length; concept++)
        {
            var pair = (latent * concepts.Length) + concept;
            if (concepts[concept] is { } values)
            {
                (_active[pair], _mean[pair], _deviation[pair]) = (values.Count, values.Mean, values.Deviation);
                values.Histogram(ConceptStatistics.RangeFactor * _largest[latent], _histogram);
                Append();
            }

            _offsets[pair + 1] = _bins.Count;
        }

        RocCurve.Areas(concepts, observations, _auroc.AsSpan(latent * concepts.Length, concepts.Length));
    }

    public ConceptStatistics Build(ConceptOrigin origin, IReadOnlyList<Concept> concepts) =>
        new(origin, concepts, _largest, _active, _mean, _deviation, _auroc, new ConceptHistogram(_offsets, _bins.ToArray(), _counts.ToArray()));

    private void Append()
    {
        for (var bin = 0; bin < _histogram.Length; bin++)
        {
            if (_histogram[bin] > 0)
            {
                _bins.Add((byte)bin);
                _counts.Add(_histogram[bin]);
            }
        }
    }
}
