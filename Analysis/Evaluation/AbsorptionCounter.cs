using System.Numerics.Tensors;
using System.Runtime.InteropServices;
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

/// <summary>
/// A pair in which one latent is likely to do another's work. Our definition: the decoder directions have a cosine of at
/// least <see cref="LeastCosine"/> (and are no near duplicates); the absorbed latent fires at least as often as the
/// absorber; were they independent, at least <see cref="LeastExpected"/> tokens would have both; at most
/// <see cref="LargestLift"/> of that number do; and what the absorber writes along the absorbed direction is at least
/// <see cref="LeastShare"/> of what the absorbed one writes when it fires, on the mean.
/// </summary>
/// <param name="Absorber">The rarer latent that fires instead.</param>
/// <param name="Absorbed">The more general latent that stays silent.</param>
/// <param name="Cosine">Cosine of their decoder directions.</param>
/// <param name="Lift">Tokens on which both fire, over the number expected of independent latents.</param>
/// <param name="Share">mean activation · ‖w‖ · cosine of the absorber over mean activation · ‖w‖ of the absorbed.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct AbsorptionPair(int Absorber, int Absorbed, double Cosine, double Lift, double Share)
{
    /// <summary>Smallest cosine of the decoder directions.</summary>
    public const double LeastCosine = 0.3;

    /// <summary>Fewest tokens expected with both, below which silence proves nothing.</summary>
    public const double LeastExpected = 5;

    /// <summary>Largest lift.</summary>
    public const double LargestLift = 0.5;

    /// <summary>Smallest share.</summary>
    public const double LeastShare = 0.4;
}
