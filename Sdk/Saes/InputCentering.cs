using System.Collections.Frozen;
using System.Text.Json;

namespace Steering.Saes;

/// <summary>
/// TransformerLens' <c>center_writing_weights</c>: the residual stream that the autoencoder was trained on has its mean over
/// the width taken off. The mean is read away in the weights: (x − mean)·w = x·(w − mean(w)).
/// </summary>
internal static class InputCentering
{
    public const string Key = "center_writing_weights";

    /// <summary>First words of models with LayerNorm, which TransformerLens centres.</summary>
    private static readonly FrozenSet<string> LayerNorm = FrozenSet.Create(StringComparer.Ordinal, "gpt2", "distilgpt2", "gpt", "pythia", "opt", "phi", "bloom", "tiny", "tinystories", "stablelm", "santacoder", "othello", "gelu", "solu");

    /// <summary>First words of models with RMSNorm, which TransformerLens leaves as they are whatever the flag says.</summary>
    private static readonly FrozenSet<string> RmsNorm = FrozenSet.Create(StringComparer.Ordinal, "gemma", "llama", "meta", "mistral", "mixtral", "qwen", "qwen1", "qwen2", "qwen3", "smollm", "smollm2", "smollm3", "olmo2", "deepseek", "yi", "codellama");

    /// <summary>Whether the input is to be centred.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="arguments">What the model was loaded with, or null.</param>
    /// <param name="model">The model's name, or null.</param>
    /// <exception cref="SteeringException">The flag is no boolean, or it is not known whether the model has the norm that it is for.</exception>
    public static bool Asked(string path, JsonElement? arguments, string? model)
    {
        if (arguments is not { ValueKind: JsonValueKind.Object } given || !given.TryGetProperty(Key, out var flag) || flag.ValueKind is JsonValueKind.False or JsonValueKind.Null)
        {
            return false;
        }

        if (flag.ValueKind != JsonValueKind.True)
        {
            throw new SteeringException($"{path}: model_from_pretrained_kwargs.{Key} = {flag.GetRawText()}: true or false was expected.");
        }

        var first = (model ?? string.Empty).ToLowerInvariant();
        first = first[(first.LastIndexOf('/') + 1)..].Split('-', '_', ' ', '.')[0];
        return LayerNorm.Contains(first) || (!RmsNorm.Contains(first)
            ? throw new SteeringException($"{path}: model_from_pretrained_kwargs.{Key} = true: it takes the mean off the residual stream of models with LayerNorm and leaves those with RMSNorm as they are, and it is not known which '{model}' has. For RMSNorm set it to false; for LayerNorm fold the mean into W_enc and b_enc and set it to false.")
            : false);
    }

    /// <summary>The same autoencoder, with the mean of its input read away.</summary>
    /// <param name="parameters">The autoencoder; its arrays are changed.</param>
    /// <exception cref="SteeringException">A mean that the weights cannot express.</exception>
    public static SaeParameters Apply(SaeParameters parameters)
    {
        if (parameters.Normalisation == InputNormalisation.LayerNorm)
        {
            return parameters;
        }

        if (parameters.Architecture == SaeArchitecture.MatchingPursuit || parameters.Normalisation != InputNormalisation.None)
        {
            throw new SteeringException($"{parameters.Source}: {Key} = true together with {(parameters.Normalisation == InputNormalisation.None ? "matching pursuit" : "constant_norm_rescale")}, where no change of the weights takes the mean off the input; use an autoencoder that was trained without it.");
        }

        var width = parameters.HiddenSize;
        var biases = 0.0;
        foreach (var value in parameters.DecoderBias)
        {
            biases += parameters.ApplyDecoderBiasToInput ? value : 0;
        }

        for (var latent = 0; latent < parameters.LatentCount; latent++)
        {
            var row = parameters.Encoder.AsSpan(latent * width, width);
            var mean = 0.0;
            foreach (var value in row)
            {
                mean += value / (double)width;
            }

            foreach (ref var value in row)
            {
                value = (float)(value - mean);
            }

            // b_dec is taken off uncentred: what its rows lose with the mean of the encoder goes into the bias.
            var lost = mean * biases;
            if (parameters.Architecture == SaeArchitecture.Gated)
            {
                parameters.GateBias[latent] = (float)(parameters.GateBias[latent] - lost);
                parameters.MagnitudeBias[latent] = (float)(parameters.MagnitudeBias[latent] - (Math.Exp(parameters.MagnitudeLogScale[latent]) * lost));
            }
            else
            {
                parameters.EncoderBias[latent] = (float)(parameters.EncoderBias[latent] - lost);
            }
        }

        return parameters;
    }
}
