using System.Numerics.Tensors;
using Steering.Saes;

namespace Steering.Analysis.Evaluation;

/// <summary>
/// Finds absorption-prone latents: a specific latent that points along a general one's direction and, when it fires,
/// keeps the general one silent. Our own measure, without labels; the definition is <see cref="AbsorptionPair"/>'s.
/// </summary>
internal sealed class AbsorptionCounter
{
    private readonly DecoderNeighbours _neighbours;
    private readonly long[] _together;
    private readonly int[] _stamp;
    private readonly float[] _norms;
    private int _token;

    public AbsorptionCounter(SparseAutoencoder autoencoder, DecoderNeighbours neighbours)
    {
        _neighbours = neighbours;
        _together = new long[neighbours.Count * DecoderNeighbours.PerLatent];
        _stamp = new int[neighbours.Count];
        _norms = new float[neighbours.Count];
        for (var latent = 0; latent < neighbours.Count; latent++)
        {
            _norms[latent] = TensorPrimitives.Norm(autoencoder.DecoderRows.Slice(latent * autoencoder.HiddenSize, autoencoder.HiddenSize));
        }
    }

    /// <summary>Counts on how many tokens each latent is active together with each of its neighbours.</summary>
    public void Add(SparseActivations activations)
    {
        for (var token = 0; token < activations.Tokens; token++)
        {
            _token++;
            var indices = activations.Indices(token);
            foreach (var latent in indices)
            {
                _stamp[latent] = _token;
            }

            foreach (var latent in indices)
            {
                var neighbours = _neighbours.Latents(latent);
                for (var place = 0; place < neighbours.Length && neighbours[place] >= 0; place++)
                {
                    _together[(latent * DecoderNeighbours.PerLatent) + place] += _stamp[neighbours[place]] == _token ? 1 : 0;
                }
            }
        }
    }

    /// <summary>The pairs, the strongest suppression first.</summary>
    public List<AbsorptionPair> Pairs(LatentStatistics statistics)
    {
        var pairs = new List<AbsorptionPair>();
        var fired = statistics.Fired;
        var mean = statistics.MeanActivation;
        var tokens = (double)statistics.Statistics.TokenCount;
        for (var latent = 0; latent < _neighbours.Count; latent++)
        {
            var neighbours = _neighbours.Latents(latent);
            var cosines = _neighbours.Cosines(latent);
            for (var place = 0; place < neighbours.Length && neighbours[place] >= 0; place++)
            {
                var general = neighbours[place];
                var expected = fired[latent] * (fired[general] / tokens);
                if (cosines[place] < AbsorptionPair.LeastCosine || cosines[place] >= RedundancyMetrics.DuplicateCosine || fired[general] < fired[latent] || expected < AbsorptionPair.LeastExpected)
                {
                    continue;
                }

                var lift = _together[(latent * DecoderNeighbours.PerLatent) + place] / expected;
                var share = mean[latent] * _norms[latent] * cosines[place] / (mean[general] * _norms[general]);
                if (lift <= AbsorptionPair.LargestLift && share >= AbsorptionPair.LeastShare)
                {
                    pairs.Add(new AbsorptionPair(latent, general, cosines[place], lift, share));
                }
            }
        }

        return [.. pairs.OrderBy(pair => pair.Lift).ThenByDescending(pair => pair.Share).ThenBy(pair => pair.Absorber).ThenBy(pair => pair.Absorbed)];
    }
}
