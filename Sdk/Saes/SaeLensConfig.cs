using System.Globalization;
using Steering.IO;

namespace Steering.Saes;

/// <summary>A SAELens <c>cfg.json</c>, v6 or flat, after every key was honoured or refused.</summary>
internal sealed record SaeLensConfig
{
    private const int MaximumBytes = 1 << 20;

    public required string Path { get; init; }
    public required SaeArchitecture Architecture { get; init; }
    public required int HiddenSize { get; init; }
    public required int LatentCount { get; init; }
    public required string DataType { get; init; }
    public required InputNormalisation Normalisation { get; init; }
    public required bool ExpectedAverage { get; init; }
    public required bool ApplyDecoderBiasToInput { get; init; }
    public required bool RescaleByDecoderNorm { get; init; }
    public required bool FineTuningScale { get; init; }
    public required float? ScalingFactor { get; init; }
    public required int K { get; init; }
    public required int MaxIterations { get; init; }
    public required float ResidualThreshold { get; init; }
    public required bool StopOnDuplicateSupport { get; init; }
    public required string? ModelName { get; init; }
    public required string? HookName { get; init; }
    public required string? ModelSha256 { get; init; }
    public required SaeTrainingSummary? Training { get; init; }

    /// <summary>Whether it was trained on residual streams whose mean over the width had been taken off (TransformerLens's <c>center_writing_weights</c>).</summary>
    public required bool CentresInput { get; init; }

    public static SaeLensConfig Load(string path) => Parse(path, ReadableFile.ReadAllBytes(path, MaximumBytes));

    public static SaeLensConfig Parse(string path, ReadOnlyMemory<byte> utf8)
    {
        using var document = StrictJson.Parse(path, StrictJson.WithPythonNumbers(utf8));
        return Read(new SaeLensConfigReader(path, document.RootElement));
    }

    private static SaeLensConfig Read(SaeLensConfigReader keys)
    {
        var metadata = keys.Metadata();
        var activation = keys.TakeString("activation_fn_str") ?? keys.TakeString("activation_fn") ?? "relu";
        _ = keys.TakeString("activation_fn");
        var activationK = keys.TakeActivationArguments(activation);
        var architecture = ReadArchitecture(keys, activation);
        var ranked = architecture is SaeArchitecture.TopK or SaeArchitecture.AbsTopK;
        var batch = architecture is SaeArchitecture.BatchTopK or SaeArchitecture.MatryoshkaBatchTopK;
        var pursuit = architecture == SaeArchitecture.MatchingPursuit;
        var hook = metadata.TakeString("hook_name") ?? keys.TakeString("hook_name") ?? keys.TakeString("hook_point");
        _ = keys.TakeString("hook_name");
        _ = keys.TakeString("hook_point");
        RefuseReshaping(keys, metadata, hook);
        var (normalisation, average) = ReadNormalisation(keys);
        var factor = keys.TakeNumber("norm_scaling_factor");
        if (factor is not null && !average)
        {
            throw keys.Refusal("norm_scaling_factor", factor.Value.ToString(CultureInfo.InvariantCulture), "it is used only with normalize_activations 'expected_average_only_in'; remove it or correct normalize_activations");
        }

        var model = metadata.TakeString("model_name") ?? keys.TakeString("model_name");
        var config = new SaeLensConfig
        {
            Path = keys.Path,
            Architecture = architecture,
            HiddenSize = keys.TakeInteger("d_in") ?? throw keys.Missing("d_in"),
            LatentCount = keys.TakeInteger("d_sae") ?? throw keys.Missing("d_sae"),
            DataType = ReadDataType(keys),
            Normalisation = normalisation,
            ExpectedAverage = average,
            ApplyDecoderBiasToInput = keys.TakeBoolean("apply_b_dec_to_input") ?? true,
            RescaleByDecoderNorm = ReadRescale(keys, architecture, ranked, batch),
            FineTuningScale = keys.TakeBoolean("finetuning_scaling_factor") ?? false,
            ScalingFactor = factor,
            K = ReadK(keys, activationK, ranked, batch),
            MaxIterations = keys.TakeOnlyFor("max_iterations", pursuit) ? keys.TakeInteger("max_iterations") ?? 0 : 0,
            ResidualThreshold = keys.TakeOnlyFor("residual_threshold", pursuit) ? keys.TakeNumber("residual_threshold") ?? 0.01f : 0,
            StopOnDuplicateSupport = !keys.TakeOnlyFor("stop_on_duplicate_support", pursuit) || (keys.TakeBoolean("stop_on_duplicate_support") ?? true),
            ModelName = model,
            HookName = hook,
            ModelSha256 = metadata.TakeString("steering_model_sha256") ?? keys.TakeString("steering_model_sha256"),
            CentresInput = InputCentering.Asked(keys.Path, metadata.TakeElement("model_from_pretrained_kwargs"), model) | InputCentering.Asked(keys.Path, keys.TakeElement("model_from_pretrained_kwargs"), model),
            Training = metadata.TakeElement("steering_training") is { } training ? SaeTrainingSummary.Parse(keys.Path, training) : null,
        };
        _ = keys.TakeString("model_name");
        _ = keys.TakeString("steering_model_sha256");
        keys.RefuseRest();
        return config;
    }

    private static SaeArchitecture ReadArchitecture(SaeLensConfigReader keys, string activation)
    {
        var name = keys.TakeString("architecture") ?? "standard";
        SaeArchitecture architecture = name switch
        {
            "standard" when activation == "topk" => SaeArchitecture.TopK,
            "standard" => SaeArchitecture.Standard,
            "gated" => SaeArchitecture.Gated,
            "jumprelu" => SaeArchitecture.JumpRelu,
            "topk" => SaeArchitecture.TopK,
            "batchtopk" => SaeArchitecture.BatchTopK,
            "matryoshka_batchtopk" => SaeArchitecture.MatryoshkaBatchTopK,
            "abstopk" => SaeArchitecture.AbsTopK,
            "matching_pursuit" => SaeArchitecture.MatchingPursuit,
            _ => throw keys.Refusal("architecture", name, "expected standard, gated, jumprelu, topk, batchtopk, matryoshka_batchtopk, abstopk or matching_pursuit (transcoders and temporal autoencoders do not read and write the same residual stream)"),
        };
        var fits = activation == "relu" || (activation == "topk" && architecture is SaeArchitecture.TopK);
        return fits ? architecture : throw keys.Refusal("activation_fn", activation, $"architecture '{name}' goes with relu{(architecture is SaeArchitecture.TopK ? " or topk" : string.Empty)}");
    }

    private static (InputNormalisation Normalisation, bool ExpectedAverage) ReadNormalisation(SaeLensConfigReader keys)
    {
        // The flat layout once held a boolean: true meant the global factor.
        var value = keys.TakeText("normalize_activations");
        return value switch
        {
            null or "none" or "false" => (InputNormalisation.None, false),
            "expected_average_only_in" or "true" => (InputNormalisation.None, true),
            "constant_norm_rescale" => (InputNormalisation.ConstantNorm, false),
            "layer_norm" => (InputNormalisation.LayerNorm, false),
            _ => throw keys.Refusal("normalize_activations", value, "expected none, expected_average_only_in, constant_norm_rescale or layer_norm"),
        };
    }

    private static void RefuseReshaping(SaeLensConfigReader keys, SaeLensConfigReader metadata, string? hook)
    {
        var reshape = keys.TakeString("reshape_activations");
        if (reshape is not (null or "none") || (reshape is null && hook?.Contains("hook_z", StringComparison.Ordinal) == true))
        {
            throw keys.Refusal("reshape_activations", reshape ?? "hook_z (from the hook point)", "the autoencoder reads concatenated attention heads, not the residual stream that a socket reads; use one trained on hook_resid_post or hook_resid_pre");
        }

        foreach (var (source, name) in new[] { (metadata, "hook_head_index"), (keys, "hook_head_index"), (keys, "hook_point_head_index") })
        {
            if (source.TakeText(name) is { } head)
            {
                throw keys.Refusal(name, head, "the autoencoder reads one attention head, not the residual stream");
            }
        }

        if (metadata.TakeText("hook_name_out") is { } output)
        {
            throw keys.Refusal("metadata.hook_name_out", output, "a transcoder writes elsewhere than it reads; only autoencoders can be steered");
        }
    }

    private static string ReadDataType(SaeLensConfigReader keys)
    {
        var name = keys.TakeString("dtype") ?? "float32";
        var bare = name.StartsWith("torch.", StringComparison.Ordinal) ? name["torch.".Length..] : name;
        return bare is "float32" or "float16" or "bfloat16" or "float64"
            ? bare
            : throw keys.Refusal("dtype", name, "expected float32, float16, bfloat16 or float64");
    }

    private static bool ReadRescale(SaeLensConfigReader keys, SaeArchitecture architecture, bool ranked, bool batch)
    {
        var rescale = keys.TakeBoolean("rescale_acts_by_decoder_norm");
        if (batch && rescale is null)
        {
            throw keys.Missing("rescale_acts_by_decoder_norm");
        }

        return rescale is true && !ranked && !batch
            ? throw keys.Refusal("rescale_acts_by_decoder_norm", "true", $"it has no meaning for a {architecture} autoencoder")
            : rescale ?? false;
    }

    private static int ReadK(SaeLensConfigReader keys, int? activationK, bool ranked, bool batch)
    {
        if (batch)
        {
            _ = keys.TakeNumber("k"); // Batch-wide and possibly fractional: at inference the thresholds stand for it.
            return 0;
        }

        if (!keys.TakeOnlyFor("k", ranked))
        {
            return 0;
        }

        var k = keys.TakeInteger("k");
        return k is not null && activationK is not null && k != activationK
            ? throw keys.Refusal("k", k.Value.ToString(CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"activation_fn_kwargs says {activationK}"))
            : k ?? activationK ?? throw keys.Missing("k");
    }
}
