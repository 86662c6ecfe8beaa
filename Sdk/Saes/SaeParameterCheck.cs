using System.Globalization;
using System.Numerics.Tensors;

namespace Steering.Saes;

/// <summary>Refuses parameters whose sizes or values cannot be an autoencoder.</summary>
internal static class SaeParameterCheck
{
    public static void Check(SaeParameters parameters)
    {
        var source = parameters.Source;
        var (width, latents) = (parameters.HiddenSize, parameters.LatentCount);
        if (width < 1 || latents < 1 || (long)width * latents > Array.MaxLength)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{source}: d_in {width} and d_sae {latents} are not the sizes of an autoencoder (both at least 1, their product at most {Array.MaxLength})."));
        }

        var pursuit = parameters.Architecture == SaeArchitecture.MatchingPursuit;
        var gated = parameters.Architecture == SaeArchitecture.Gated;
        var jump = parameters.Architecture is SaeArchitecture.JumpRelu or SaeArchitecture.BatchTopK or SaeArchitecture.MatryoshkaBatchTopK;
        var matrix = width * latents;
        Size(source, "encoder", parameters.Encoder, pursuit ? 0 : matrix);
        Size(source, "decoder", parameters.Decoder, matrix);
        Size(source, "decoder bias", parameters.DecoderBias, width);
        Size(source, "encoder bias", parameters.EncoderBias, gated || pursuit ? 0 : latents);
        Size(source, "threshold", parameters.Threshold, jump ? latents : 0);
        Size(source, "gate bias", parameters.GateBias, gated ? latents : 0);
        Size(source, "magnitude bias", parameters.MagnitudeBias, gated ? latents : 0);
        Size(source, "magnitude log-scale", parameters.MagnitudeLogScale, gated ? latents : 0);
        Size(source, "decoder gain", parameters.DecoderGain, parameters.DecoderGain.Length == 0 ? 0 : latents);

        var ranked = parameters.Architecture is SaeArchitecture.TopK or SaeArchitecture.AbsTopK;
        if (ranked && (parameters.K < 1 || parameters.K > latents))
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{source}: k is {parameters.K}, but must be between 1 and d_sae = {latents}."));
        }

        if (!float.IsFinite(parameters.ActivationScale) || parameters.ActivationScale <= 0)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{source}: the activation scaling factor is {parameters.ActivationScale}, but must be positive and finite."));
        }

        if (pursuit && (parameters.ActivationScale != 1 || parameters.RescaleByDecoderNorm || parameters.DecoderGain.Length > 0))
        {
            throw new SteeringException($"{source}: matching pursuit reads and writes by the same rows; a global scaling factor, rescaling by the decoder norm or a fine-tuning scaling factor is not defined for it.");
        }

        if (pursuit && (parameters.MaxIterations < 0 || !float.IsFinite(parameters.ResidualThreshold) || parameters.ResidualThreshold < 0))
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{source}: max_iterations {parameters.MaxIterations} and residual_threshold {parameters.ResidualThreshold} must be finite and not negative."));
        }
    }

    /// <summary>Refuses NaN and infinity, naming the first place.</summary>
    public static void Finite(string source, string name, ReadOnlySpan<float> values)
    {
        if (TensorPrimitives.IsFiniteAll(values))
        {
            return;
        }

        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{source}: {name} holds {values[i]} at element {i}; every number must be finite. The file is damaged or the training diverged."));
            }
        }
    }

    private static void Size(string source, string name, float[] values, int expected)
    {
        if (values.Length != expected)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{source}: {name} has {values.Length} numbers, expected {expected}."));
        }

        Finite(source, name, values);
    }
}
