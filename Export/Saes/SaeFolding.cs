using Steering.Saes;

namespace Steering.Export.Saes;

/// <summary>
/// Folds parts of an autoencoder into its weights. Every fold keeps the reconstruction; only
/// <see cref="DecoderNorm"/> without <see cref="SaeParameters.RescaleByDecoderNorm"/> changes the unit of activations.
/// The arrays given are never changed; products are computed in double and rounded once.
/// </summary>
public static class SaeFolding
{
    /// <summary>Applies folds, in the order scale, gated, decoder norm, input bias.</summary>
    /// <param name="parameters">The autoencoder; its arrays stay as they are.</param>
    /// <param name="folds">What to fold. A fold that has nothing to do changes nothing.</param>
    /// <exception cref="SteeringException">A fold is not defined for the architecture; the message names both.</exception>
    public static SaeParameters Apply(SaeParameters parameters, SaeFolds folds)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var result = parameters;
        result = folds.HasFlag(SaeFolds.Scale) ? Scale(result) : result;
        result = folds.HasFlag(SaeFolds.Gated) ? Gated(result) : result;
        result = folds.HasFlag(SaeFolds.DecoderNorm) ? DecoderNorm(result) : result;
        return folds.HasFlag(SaeFolds.InputBias) ? InputBias(result) : result;
    }

    /// <summary>
    /// Folds the global factor c: W_enc·c, W_dec/c, b_dec/c. Pre-activations and activations stay as they are
    /// (with <see cref="SaeParameters.RescaleByDecoderNorm"/>, thresholds follow the decoder's norms).
    /// </summary>
    /// <param name="parameters">The autoencoder.</param>
    public static SaeParameters Scale(SaeParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var c = (double)parameters.ActivationScale;
        return c == 1 ? parameters : parameters with
        {
            Encoder = Times(parameters.Encoder, c),
            Decoder = Times(parameters.Decoder, 1 / c),
            DecoderBias = Times(parameters.DecoderBias, 1 / c),
            Threshold = parameters.RescaleByDecoderNorm ? Times(parameters.Threshold, 1 / c) : parameters.Threshold,
            ActivationScale = 1,
        };
    }

    /// <summary>
    /// Makes a gated autoencoder the JumpReLU that computes the same (SAE_VARIANTS: W·e^r, b_mag,
    /// θ = max(b_mag − e^r·b_gate, 0)). Whether the decoder bias is subtracted from the input stays as it is.
    /// </summary>
    /// <param name="parameters">A gated autoencoder.</param>
    /// <exception cref="SteeringException">It is of another architecture.</exception>
    public static SaeParameters Gated(SaeParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (parameters.Architecture != SaeArchitecture.Gated)
        {
            throw new SteeringException($"{parameters.Source}: the fold 'gated' is for gated autoencoders; this one is {parameters.Architecture}. Leave the fold out.");
        }

        var gain = Array.ConvertAll(parameters.MagnitudeLogScale, value => Math.Exp(value));
        var threshold = new float[parameters.LatentCount];
        for (var latent = 0; latent < threshold.Length; latent++)
        {
            threshold[latent] = (float)Math.Max(parameters.MagnitudeBias[latent] - (gain[latent] * parameters.GateBias[latent]), 0);
        }

        return parameters with
        {
            Architecture = SaeArchitecture.JumpRelu,
            Encoder = TimesRows(parameters.Encoder, gain, parameters.HiddenSize),
            EncoderBias = parameters.MagnitudeBias,
            Threshold = threshold,
            GateBias = [],
            MagnitudeBias = [],
            MagnitudeLogScale = [],
        };
    }

    /// <summary>
    /// Gives every decoder row norm 1 (c, where a global factor c is left unfolded) and multiplies the latent's activation by the norm it had. Where
    /// activations were already rescaled by that norm (<see cref="SaeParameters.RescaleByDecoderNorm"/>) they stay as
    /// they are, and the flag falls. A row of zeros stays; its latent decodes to nothing either way.
    /// </summary>
    /// <param name="parameters">The autoencoder.</param>
    /// <exception cref="SteeringException">
    /// TopK or AbsTopK that ranks by plain z: ranking by z·‖w‖ would choose other latents. Matching pursuit: its
    /// activations are steps along the rows as they are.
    /// </exception>
    public static SaeParameters DecoderNorm(SaeParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var rescaled = parameters.RescaleByDecoderNorm;
        if (parameters.Architecture is SaeArchitecture.TopK or SaeArchitecture.AbsTopK && !rescaled)
        {
            throw new SteeringException($"{parameters.Source}: the fold 'decoder-norm' would change which latents a {parameters.Architecture} autoencoder keeps, because this one ranks its pre-activations without the decoder's norms (rescale_acts_by_decoder_norm is false). Leave the fold out.");
        }

        if (parameters.Architecture == SaeArchitecture.MatchingPursuit)
        {
            throw new SteeringException($"{parameters.Source}: the fold 'decoder-norm' is not defined for matching pursuit, which reads and writes by the same rows. Leave the fold out.");
        }

        var factor = SaeNorms.Factors(parameters);
        var gated = parameters.Architecture == SaeArchitecture.Gated;
        return parameters with
        {
            Encoder = gated ? parameters.Encoder : TimesRows(parameters.Encoder, factor, parameters.HiddenSize),
            EncoderBias = TimesRows(parameters.EncoderBias, factor, 1),
            Threshold = rescaled ? Times(parameters.Threshold, 1 / (double)parameters.ActivationScale) : TimesRows(parameters.Threshold, factor, 1),
            MagnitudeBias = TimesRows(parameters.MagnitudeBias, factor, 1),
            MagnitudeLogScale = gated ? [.. parameters.MagnitudeLogScale.Select((value, latent) => (float)(value + Math.Log(factor[latent])))] : [],
            Decoder = TimesRows(parameters.Decoder, Array.ConvertAll(factor, value => value == 0 ? 1 : 1 / value), parameters.HiddenSize),
            RescaleByDecoderNorm = false,
        };
    }

    /// <summary>
    /// Folds the decoder bias that is subtracted from the input into the encoder's: b_enc − W_enc·b_dec (gated:
    /// b_gate − W_enc·b_dec and b_mag − e^r·(W_enc·b_dec)).
    /// </summary>
    /// <param name="parameters">The autoencoder.</param>
    /// <exception cref="SteeringException">Matching pursuit, whose residual starts from the input without the bias.</exception>
    public static SaeParameters InputBias(SaeParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (!parameters.ApplyDecoderBiasToInput)
        {
            return parameters;
        }

        if (parameters.Architecture == SaeArchitecture.MatchingPursuit)
        {
            throw new SteeringException($"{parameters.Source}: the fold 'input-bias' is not defined for matching pursuit, which has no encoder bias to take it. Leave the fold out.");
        }

        var shift = new double[parameters.LatentCount];
        for (var latent = 0; latent < shift.Length; latent++)
        {
            shift[latent] = SaeNorms.Dot(parameters.Encoder.AsSpan(latent * parameters.HiddenSize, parameters.HiddenSize), parameters.DecoderBias);
        }

        return parameters with
        {
            EncoderBias = Minus(parameters.EncoderBias, shift),
            GateBias = Minus(parameters.GateBias, shift),
            MagnitudeBias = Minus(parameters.MagnitudeBias, [.. shift.Select((value, latent) => parameters.MagnitudeLogScale.Length == 0 ? value : value * Math.Exp(parameters.MagnitudeLogScale[latent]))]),
            ApplyDecoderBiasToInput = false,
        };
    }

    /// <summary>
    /// What folds do to the unit of activations: [D] factors by which each latent's largest activation changes, or null
    /// where it does not.
    /// </summary>
    /// <param name="parameters">The autoencoder before the folds.</param>
    /// <param name="folds">The folds.</param>
    public static float[]? ActivationFactors(SaeParameters parameters, SaeFolds folds)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return folds.HasFlag(SaeFolds.DecoderNorm) && !parameters.RescaleByDecoderNorm
            ? Array.ConvertAll(SaeNorms.Factors(parameters), value => (float)value)
            : null;
    }

    private static float[] Times(float[] values, double factor) => Array.ConvertAll(values, value => (float)(value * factor));

    private static float[] TimesRows(float[] values, double[] factors, int width)
    {
        var result = new float[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            result[i] = (float)(values[i] * factors[i / width]);
        }

        return result;
    }

    private static float[] Minus(float[] values, double[] shift) => [.. values.Select((value, latent) => (float)(value - shift[latent]))];
}

/// <summary>What <see cref="SaeFolding"/> moves into the weights.</summary>
[Flags]
public enum SaeFolds
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The global factor on the input, so that the weights read and write unscaled residuals.</summary>
    Scale = 1,

    /// <summary>The norms of the decoder rows, so that each row has norm 1 and activations are in units of the residual.</summary>
    DecoderNorm = 2,

    /// <summary>The decoder bias subtracted from the input, into the encoder bias.</summary>
    InputBias = 4,

    /// <summary>The gate: a gated autoencoder becomes the JumpReLU that computes the same.</summary>
    Gated = 8,
}
