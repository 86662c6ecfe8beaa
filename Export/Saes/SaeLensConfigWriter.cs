using System.Buffers;
using System.Reflection;
using System.Text.Json;
using Steering.Saes;

namespace Steering.Export.Saes;

/// <summary>Writes a <c>cfg.json</c> of SAELens 6.</summary>
internal static class SaeLensConfigWriter
{
    /// <summary>Lowest version of SAELens whose layout this is; a file without one is read as older than 6.</summary>
    private const string Layout = "6.0.0";

    private static readonly JsonWriterOptions Options = new() { Indented = true };

    /// <param name="stored">What is stored.</param>
    /// <param name="trained">What was handed in: its architecture is recorded as the one trained.</param>
    /// <param name="summary">How it was trained, or null.</param>
    public static byte[] Write(SaeParameters stored, SaeParameters trained, SaeTrainingSummary? summary)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("architecture", Name(stored.Architecture));
            json.WriteNumber("d_in", stored.HiddenSize);
            json.WriteNumber("d_sae", stored.LatentCount);
            json.WriteString("dtype", "float32");
            json.WriteString("device", "cpu");
            json.WriteBoolean("apply_b_dec_to_input", stored.ApplyDecoderBiasToInput);
            WriteNormalisation(json, stored);
            json.WriteString("reshape_activations", "none");
            if (stored.DecoderGain.Length > 0)
            {
                json.WriteBoolean("finetuning_scaling_factor", true);
            }

            WriteKind(json, stored);
            WriteMetadata(json, stored, trained, summary);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteNormalisation(Utf8JsonWriter json, SaeParameters stored)
    {
        var name = stored.ActivationScale == 1 || stored.Normalisation != InputNormalisation.None ? Name(stored.Normalisation) : "expected_average_only_in";
        if (stored.ActivationScale != 1 && stored.Normalisation != InputNormalisation.None)
        {
            throw new SteeringException($"{stored.Source}: SAELens has no way to write a global input scale beside {name}; fold the scale first.");
        }

        json.WriteString("normalize_activations", name);
        if (stored.ActivationScale != 1)
        {
            json.WriteNumber("norm_scaling_factor", stored.ActivationScale);
        }
    }

    private static void WriteKind(Utf8JsonWriter json, SaeParameters stored)
    {
        switch (stored.Architecture)
        {
            case SaeArchitecture.TopK or SaeArchitecture.AbsTopK:
                json.WriteNumber("k", stored.K);
                json.WriteBoolean("rescale_acts_by_decoder_norm", stored.RescaleByDecoderNorm);
                break;
            case SaeArchitecture.MatchingPursuit:
                json.WriteNumber("residual_threshold", stored.ResidualThreshold);
                if (stored.MaxIterations > 0)
                {
                    json.WriteNumber("max_iterations", stored.MaxIterations);
                }
                else
                {
                    json.WriteNull("max_iterations");
                }

                json.WriteBoolean("stop_on_duplicate_support", stored.StopOnDuplicateSupport);
                break;
            default:
                // Standard, gated and jumprelu have no keys of their own.
                break;
        }
    }

    private static void WriteMetadata(Utf8JsonWriter json, SaeParameters stored, SaeParameters trained, SaeTrainingSummary? summary)
    {
        json.WriteStartObject("metadata");
        json.WriteString("sae_lens_version", Layout);
        json.WriteString("steering_version", typeof(SaeLensConfigWriter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]);
        json.WriteString("training_architecture", summary?.Kind ?? Name(trained.Architecture));
        Text("model_name", stored.ModelName);
        Text("hook_name", stored.HookName);
        Text("steering_model_sha256", stored.ModelSha256);
        Text("dataset_path", summary?.Dataset);
        if (summary?.ContextLength is { } context)
        {
            json.WriteNumber("context_size", context);
        }

        if (summary is not null)
        {
            json.WritePropertyName("steering_training");
            json.WriteRawValue(summary.ToJson());
        }

        json.WriteEndObject();

        void Text(string name, string? value)
        {
            if (value is not null)
            {
                json.WriteString(name, value);
            }
        }
    }

    /// <summary>SAELens's word for an architecture.</summary>
    public static string Name(SaeArchitecture architecture) => architecture switch
    {
        SaeArchitecture.Standard => "standard",
        SaeArchitecture.Gated => "gated",
        SaeArchitecture.JumpRelu => "jumprelu",
        SaeArchitecture.TopK => "topk",
        SaeArchitecture.AbsTopK => "abstopk",
        SaeArchitecture.BatchTopK => "batchtopk",
        SaeArchitecture.MatryoshkaBatchTopK => "matryoshka_batchtopk",
        SaeArchitecture.MatchingPursuit => "matching_pursuit",
        _ => throw new SteeringException($"There is no SAELens architecture for {architecture}."),
    };

    /// <summary>SAELens's word for a per-token normalisation.</summary>
    public static string Name(InputNormalisation normalisation) => normalisation switch
    {
        InputNormalisation.None => "none",
        InputNormalisation.LayerNorm => "layer_norm",
        InputNormalisation.ConstantNorm => "constant_norm_rescale",
        _ => throw new SteeringException($"There is no SAELens normalisation for {normalisation}."),
    };
}
