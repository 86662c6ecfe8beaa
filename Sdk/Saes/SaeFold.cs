using System.Numerics.Tensors;

namespace Steering.Saes;

/// <summary>
/// Folds every constant of an autoencoder into one pair of matrices, so that encoding, a socket's rows and the
/// competition all read the same numbers: z = (x·read)/s + bias, a = z above threshold, x̂ = s·(Σ a·write + output) + mean.
/// </summary>
internal static class SaeFold
{
    /// <summary>Folds in place and returns bias, threshold and output bias.</summary>
    public static (float[] Bias, float[] Threshold, float[] Output) Apply(SaeParameters parameters)
    {
        var width = parameters.HiddenSize;
        var scale = parameters.ActivationScale;
        var bias = new float[parameters.LatentCount];
        var threshold = new float[parameters.LatentCount];
        var pursuit = parameters.Architecture == SaeArchitecture.MatchingPursuit;
        for (var latent = 0; latent < parameters.LatentCount; latent++)
        {
            var write = parameters.Decoder.AsSpan(latent * width, width);
            if (pursuit)
            {
                continue; // Reads and writes by the same rows, with the bias left on the input: nothing to fold.
            }

            var read = parameters.Encoder.AsSpan(latent * width, width);
            var (gain, offset, level) = Activation(parameters, latent);
            var shift = parameters.ApplyDecoderBiasToInput ? Dot(read, parameters.DecoderBias) : 0;

            // After the global factor the decoder row is W_dec/c: rescaling by its norm is done in those units.
            var norm = parameters.RescaleByDecoderNorm ? Math.Sqrt(Dot(write, write)) / scale : 1;
            bias[latent] = (float)((offset - (gain * shift)) * norm);
            threshold[latent] = (float)Math.Max(parameters.RescaleByDecoderNorm ? level / scale : level, 0);
            TensorPrimitives.Multiply(read, (float)(gain * norm * scale), read);
            var output = (parameters.DecoderGain.Length == 0 ? 1 : parameters.DecoderGain[latent]) / (double)scale;
            TensorPrimitives.Multiply(write, norm == 0 ? 0 : (float)(output / norm), write);
            if (parameters.Normalisation == InputNormalisation.LayerNorm)
            {
                // (x − mean)·r = x·(r − mean(r)): the mean is read away once, in the weights.
                TensorPrimitives.Subtract(read, (float)(Sum(read) / width), read);
            }
        }

        var outputBias = pursuit && !parameters.ApplyDecoderBiasToInput ? new float[width] : parameters.DecoderBias;
        if (scale != 1 && !pursuit)
        {
            TensorPrimitives.Divide(outputBias, scale, outputBias);
        }

        return (bias, threshold, outputBias);
    }

    /// <summary>
    /// Gain on the projection, bias and threshold of a latent. Gated: active where u + b_gate &gt; 0 with value
    /// e^r·u + b_mag is a JumpReLU on z = e^r·u + b_mag with θ = b_mag − e^r·b_gate.
    /// </summary>
    private static (double Gain, double Offset, double Level) Activation(SaeParameters parameters, int latent)
    {
        switch (parameters.Architecture)
        {
            case SaeArchitecture.Gated:
                var gain = Math.Exp(parameters.MagnitudeLogScale[latent]);
                return (gain, parameters.MagnitudeBias[latent], parameters.MagnitudeBias[latent] - (gain * parameters.GateBias[latent]));
            case SaeArchitecture.JumpRelu or SaeArchitecture.BatchTopK or SaeArchitecture.MatryoshkaBatchTopK:
                return (1, parameters.EncoderBias[latent], parameters.Threshold[latent]);
            default:
                return (1, parameters.EncoderBias[latent], 0);
        }
    }

    private static double Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var sum = 0.0;
        for (var i = 0; i < left.Length; i++)
        {
            sum += (double)left[i] * right[i];
        }

        return sum;
    }

    private static double Sum(ReadOnlySpan<float> values)
    {
        var sum = 0.0;
        foreach (var value in values)
        {
            sum += value;
        }

        return sum;
    }
}
