using System.Collections.Frozen;
using System.Globalization;
using Steering.IO;
using Steering.Tensors;

namespace Steering.Saes.Formats;

/// <summary>
/// Llama Scope's <c>hyperparams.json</c> and <c>checkpoints/final.safetensors</c>, read as SAELens reads them: the input
/// is multiplied by s = √d/(average norm), one threshold for all latents is multiplied by s too.
/// </summary>
internal static class LlamaScopeFormat
{
    public const string ConfigName = "hyperparams.json";
    public const string WeightsName = "checkpoints/final.safetensors";

    private const string Name = "Llama Scope";
    private const int MaximumBytes = 1 << 20;

    /// <summary>Keys that say how it was trained and change nothing at inference.</summary>
    private static readonly FrozenSet<string> Harmless = FrozenSet.Create(
        StringComparer.Ordinal,
        "expansion_factor", "decoder_exactly_fixed_norm", "sparsity_include_decoder_norm", "top_k", "device", "seed", "dtype", "use_ghost_grads", "sae_pretrained_name_or_path", "strict_loading", "init_encoder_with_decoder_transpose", "init_decoder_norm", "init_encoder_norm", "lp", "l1_coefficient", "l1_coefficient_warmup_steps", "remove_gradient_parallel_to_decoder_directions", "jumprelu_threshold_window", "k_warmup_steps", "name");

    public static SaeParameters Read(string folder)
    {
        var path = Path.Combine(folder, ConfigName);
        using var document = StrictJson.Parse(path, ReadableFile.ReadAllBytes(path, MaximumBytes));
        var keys = new SaeLensConfigReader(path, document.RootElement) { Format = "a Llama Scope hyperparams.json" };
        var d = keys.TakeInteger("d_model") ?? throw keys.Missing("d_model");
        var latents = keys.TakeInteger("d_sae") ?? throw keys.Missing("d_sae");
        if (d < 1 || latents < 1 || (long)d * latents > Array.MaxLength)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{path}: d_model {d} and d_sae {latents} are not the sizes of an autoencoder."));
        }

        var hook = Hook(keys);
        var (normalisation, scale) = Normalisation(keys, d);
        var threshold = Threshold(keys);
        if (keys.TakeBoolean("use_glu_encoder") is true)
        {
            throw keys.Refusal("use_glu_encoder", "true", "a gated linear encoder is not one product and cannot be read by a socket");
        }

        var outputBias = keys.TakeBoolean("use_decoder_bias") ?? true;
        var inputBias = keys.TakeBoolean("apply_decoder_bias_to_pre_encoder") ?? false;
        var model = keys.TakeString("model_name");
        keys.RefuseRest(Harmless);

        using var tensors = new SaeTensors(SafetensorsFile.Open(Path.Combine(folder, WeightsName)), Name);
        var thresholds = new float[threshold is null ? 0 : latents];
        Array.Fill(thresholds, scale * (threshold ?? 0));
        var parameters = new SaeParameters
        {
            Source = folder,
            Architecture = threshold is null ? SaeArchitecture.Standard : SaeArchitecture.JumpRelu,
            HiddenSize = d,
            LatentCount = latents,
            Encoder = tensors.Take("encoder.weight", latents, d),
            Decoder = tensors.TakeTransposed("decoder.weight", d, latents),
            EncoderBias = tensors.Take("encoder.bias", latents),
            DecoderBias = outputBias ? tensors.Take("decoder.bias", d) : new float[d],
            Threshold = thresholds,
            ApplyDecoderBiasToInput = inputBias && outputBias,
            Normalisation = normalisation,
            ActivationScale = scale,
            ModelName = model,
            HookName = hook,
        };
        tensors.RefuseRest();
        return parameters;
    }

    private static string? Hook(SaeLensConfigReader keys)
    {
        var input = keys.TakeString("hook_point_in");
        var output = keys.TakeString("hook_point_out");
        return output is null || output == input
            ? input
            : throw keys.Refusal("hook_point_out", output, $"a transcoder writes elsewhere than it reads ('{input}'); only autoencoders can be steered");
    }

    private static (InputNormalisation Normalisation, float Scale) Normalisation(SaeLensConfigReader keys, int d)
    {
        var name = keys.TakeString("norm_activation") ?? "dataset-wise";
        var average = keys.TakeElement("dataset_average_activation_norm");
        switch (name)
        {
            case "token-wise":
                return (InputNormalisation.ConstantNorm, 1);
            case "inference":
                return (InputNormalisation.None, 1);
            case "dataset-wise":
                var norms = new SaeLensConfigReader(keys.Path, average ?? throw keys.Missing("dataset_average_activation_norm"), "dataset_average_activation_norm.") { Format = keys.Format };
                var input = norms.TakeNumber("in") ?? throw norms.Missing("in");
                var output = norms.TakeNumber("out") ?? input;
                norms.RefuseRest(FrozenSet<string>.Empty);
                if (input <= 0 || output != input)
                {
                    throw keys.Refusal("dataset_average_activation_norm", string.Create(CultureInfo.InvariantCulture, $"in {input}, out {output}"), "both must be the same positive number, because an autoencoder reads what it writes");
                }

                return (InputNormalisation.None, (float)(Math.Sqrt(d) / input));
            default:
                throw keys.Refusal("norm_activation", name, "expected dataset-wise, token-wise or inference");
        }
    }

    /// <summary>The threshold, or null for ReLU.</summary>
    private static float? Threshold(SaeLensConfigReader keys)
    {
        var name = keys.TakeString("act_fn") ?? "jumprelu";
        var threshold = keys.TakeNumber("jump_relu_threshold");
        return name.ToUpperInvariant() switch
        {
            "JUMPRELU" => threshold ?? throw keys.Missing("jump_relu_threshold"),
            "RELU" => null,
            _ => throw keys.Refusal("act_fn", name, "expected jumprelu or relu (the published SAEs were turned into jumprelu after training; do that first)"),
        };
    }
}
