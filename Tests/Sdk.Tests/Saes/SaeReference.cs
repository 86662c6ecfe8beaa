using Steering.Saes;

namespace Steering.Tests.Sdk.Saes;

/// <summary>
/// The definitions of the field in double precision, nothing folded: the expected values of tests that have no oracle.
/// Parameters are copied first, because <see cref="SparseAutoencoder.Create"/> takes its arrays over.
/// </summary>
internal sealed class SaeReference
{
    private readonly SaeParameters _p;
    private readonly double[] _norms;

    public SaeReference(SaeParameters parameters)
    {
        _p = parameters with
        {
            Encoder = [.. parameters.Encoder],
            Decoder = [.. parameters.Decoder],
            DecoderBias = [.. parameters.DecoderBias],
        };
        _norms = [.. _p.Decoder.Chunk(_p.HiddenSize).Select(row => Math.Sqrt(row.Sum(value => (double)value * value)))];
    }

    /// <summary>Random parameters of an architecture, with every number that matters away from its neutral value.</summary>
    public static SaeParameters Random(SaeArchitecture architecture, int seed, int d = 40, int latents = 96)
    {
        var jump = architecture is SaeArchitecture.JumpRelu or SaeArchitecture.BatchTopK or SaeArchitecture.MatryoshkaBatchTopK;
        var gated = architecture == SaeArchitecture.Gated;
        var pursuit = architecture == SaeArchitecture.MatchingPursuit;
        return new SaeParameters
        {
            Source = $"random {architecture}",
            Architecture = architecture,
            HiddenSize = d,
            LatentCount = latents,
            Encoder = pursuit ? [] : Numbers.Normal(seed, d * latents, 1 / Math.Sqrt(d)),
            Decoder = Numbers.Normal(seed + 1, d * latents, 0.3),
            DecoderBias = Numbers.Normal(seed + 2, d, 0.5),
            EncoderBias = gated || pursuit ? [] : Numbers.Normal(seed + 3, latents, 0.3),
            Threshold = jump ? Array.ConvertAll(Numbers.Normal(seed + 4, latents, 0.4), value => value + 0.3f) : [],
            GateBias = gated ? Numbers.Normal(seed + 5, latents, 0.3) : [],
            MagnitudeBias = gated ? Numbers.Normal(seed + 6, latents, 0.3) : [],
            MagnitudeLogScale = gated ? Numbers.Normal(seed + 7, latents, 0.4) : [],
            K = architecture is SaeArchitecture.TopK or SaeArchitecture.AbsTopK ? 7 : 0,
        };
    }

    public double[] Encode(ReadOnlySpan<float> x)
    {
        var (input, _, _) = Normalise(x);
        var z = new double[_p.LatentCount];
        for (var j = 0; j < z.Length; j++)
        {
            for (var i = 0; i < _p.HiddenSize; i++)
            {
                var bias = _p.ApplyDecoderBiasToInput ? _p.DecoderBias[i] : 0;
                z[j] += _p.Encoder[(j * _p.HiddenSize) + i] * ((_p.ActivationScale * input[i]) - bias);
            }

            if (_p.Architecture != SaeArchitecture.Gated)
            {
                z[j] += _p.EncoderBias[j];
            }

            z[j] *= _p.RescaleByDecoderNorm ? _norms[j] / _p.ActivationScale : 1;
        }

        var ranked = z.Select(value => _p.Architecture == SaeArchitecture.AbsTopK ? Math.Abs(value) : value).OrderDescending().ToArray();
        return [.. z.Index().Select(pair => Activate(pair.Index, pair.Item, ranked))];
    }

    public double[] Decode(IReadOnlyList<double> activations, ReadOnlySpan<float> x)
    {
        var (_, scale, mean) = Normalise(x);
        var result = _p.DecoderBias.Select(value => (double)value).ToArray();
        foreach (var (latent, activation) in activations.Index().Where(pair => pair.Item != 0))
        {
            var gain = _p.DecoderGain.Length == 0 ? 1 : _p.DecoderGain[latent];
            var weight = activation * gain / (_p.RescaleByDecoderNorm ? _norms[latent] / _p.ActivationScale : 1);
            for (var i = 0; i < result.Length; i++)
            {
                result[i] += weight * _p.Decoder[(latent * _p.HiddenSize) + i];
            }
        }

        for (var i = 0; i < result.Length; i++)
        {
            result[i] = (scale * result[i] / _p.ActivationScale) + mean;
        }

        return result;
    }

    private double Activate(int latent, double z, double[] ranked) => _p.Architecture switch
    {
        SaeArchitecture.Standard => Math.Max(z, 0),
        SaeArchitecture.Gated => z + _p.GateBias[latent] > 0 ? Math.Max((Math.Exp(_p.MagnitudeLogScale[latent]) * z) + _p.MagnitudeBias[latent], 0) : 0,
        SaeArchitecture.TopK => z >= ranked[_p.K - 1] ? Math.Max(z, 0) : 0,
        SaeArchitecture.AbsTopK => Math.Abs(z) >= ranked[_p.K - 1] ? z : 0,
        _ => z > (_p.RescaleByDecoderNorm ? _p.Threshold[latent] / _p.ActivationScale : _p.Threshold[latent]) ? Math.Max(z, 0) : 0,
    };

    private (double[] Input, double Scale, double Mean) Normalise(ReadOnlySpan<float> x)
    {
        var values = x.ToArray().Select(value => (double)value).ToArray();
        switch (_p.Normalisation)
        {
            case InputNormalisation.ConstantNorm:
                var norm = Math.Sqrt(values.Sum(value => value * value)) / Math.Sqrt(values.Length);
                return ([.. values.Select(value => value / norm)], norm, 0);
            case InputNormalisation.LayerNorm:
                var mean = values.Average();
                var deviation = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
                return ([.. values.Select(value => (value - mean) / (deviation + 1e-5))], deviation, mean);
            default:
                return (values, 1, 0);
        }
    }
}
