namespace Steering.Export.Checkpoints;

/// <summary>Reads a Hugging Face <c>config.json</c>, of transformers 5 or before, into a <see cref="CheckpointConfig"/>.</summary>
internal static class HuggingFaceConfig
{
    /// <summary>File name inside the folder.</summary>
    public const string FileName = "config.json";

    private const int Large = 1 << 24;
    private const int MaximumBlocks = 1 << 12;

    /// <summary>Model types that this library reads.</summary>
    private static readonly Dictionary<string, Func<ConfigJson, CheckpointConfig>> Readers = new(StringComparer.Ordinal)
    {
        ["llama"] = Llama,
        ["mistral"] = json => SlideEverywhere(json, WithoutBiases(json)),
        ["qwen2"] = json => Qwen2(json),
        ["qwen3"] = json => Qwen(json) with { AttentionBias = json.Flag("attention_bias", false), AttentionOutputBias = json.Flag("attention_bias", false), QueryKeyNorm = true },
        ["gemma2"] = json => Gemma(json, slidingEvery: 2, defaultTheta: 10_000),
        ["gemma3_text"] = json => Gemma(json, Pattern(json), defaultTheta: 1_000_000) with { QueryKeyNorm = true },
        ["phi3"] = json => SlideEverywhere(json, WithoutBiases(json)),
        ["smollm3"] = SmolLm3,
        ["granite"] = json => Llama(json) with
        {
            EmbeddingMultiplier = json.OptionalNumber("embedding_multiplier") ?? 1,
            ResidualMultiplier = json.OptionalNumber("residual_multiplier") ?? 1,
            AttentionMultiplier = json.OptionalNumber("attention_multiplier") ?? 1,
            LogitsDivisor = json.OptionalNumber("logits_scaling") ?? 1,
        },
        ["olmo2"] = json => Llama(json) with { MlpBias = false },
        ["mixtral"] = json => Experts(json, SlideEverywhere(json, WithoutBiases(json)), "num_local_experts", normalised: true),
        ["qwen3_moe"] = Qwen3Mixture,
        ["gpt_oss"] = GptOss,
        ["gpt2"] = Gpt2,
        ["gpt_neox"] = GptNeoX,
    };

    /// <summary>Reads and checks the configuration of a folder.</summary>
    /// <exception cref="SteeringException">A key is missing, unknown or has a value that is not supported; the message names it.</exception>
    public static CheckpointConfig Read(string folder)
    {
        var json = ConfigJson.Read(Path.Combine(folder, FileName));
        var type = json.Text("model_type");
        if (json.Has("quantization_config"))
        {
            throw json.Wrong("quantization_config", "an object", "a model that is not quantised; take the original safetensors, or a GGUF file,");
        }

        if (!Readers.TryGetValue(type, out var reader))
        {
            throw json.Wrong("model_type", type, $"one of {string.Join(", ", Readers.Keys)}");
        }

        var tokens = File.Exists(Path.Combine(folder, "generation_config.json")) ? ConfigJson.Read(Path.Combine(folder, "generation_config.json")) : null;
        var config = reader(json) with
        {
            ModelType = type,
            ModelName = json.OptionalText("_name_or_path") is { Length: > 0 } name ? name : NameOf(folder),
            BosTokenId = json.TokenIds("bos_token_id") is [var bos, ..] ? bos : null,
            EosTokenIds = [.. json.TokenIds("eos_token_id").Union(tokens?.TokenIds("eos_token_id") ?? [])],
            PadTokenId = json.TokenIds("pad_token_id") is [var pad, ..] ? pad : null,
        };
        json.RefuseFlag("use_bidirectional_attention", true);
        json.RefuseFlag("add_cross_attention", true);
        json.RefuseFlag("rope_interleaved", true);
        json.RefuseFlag("use_mrope", true);
        json.RefuseFlag("is_encoder_decoder", true);
        json.RefuseUnknown(HarmlessKeys.OfConfig);
        return config.Checked(Path.Combine(folder, FileName));
    }

    private static CheckpointConfig Common(ConfigJson json, string epsilonKey = "rms_norm_eps", bool tied = false, HuggingFaceRotary? rotary = null)
    {
        var hidden = json.Integer("hidden_size", 1, Large);
        var heads = json.Integer("num_attention_heads", 1, Large);
        var rope = rotary ?? HuggingFaceRotary.Read(json);
        return new CheckpointConfig
        {
            ModelType = string.Empty,
            ModelName = string.Empty,
            HiddenSize = hidden,
            IntermediateSize = json.Integer("intermediate_size", 1, Large),
            BlockCount = json.Integer("num_hidden_layers", 1, MaximumBlocks),
            HeadCount = heads,
            KeyValueHeadCount = json.OptionalInteger("num_key_value_heads", 1, Large) ?? heads,
            HeadSize = json.OptionalInteger("head_dim", 1, Large) ?? hidden / heads,
            VocabularySize = json.Integer("vocab_size", 1, Large),
            ContextLength = json.Integer("max_position_embeddings", 1, int.MaxValue),
            NormEpsilon = json.Number(epsilonKey),
            RopeTheta = rope.Theta,
            LocalRopeTheta = rope.LocalTheta,
            RotaryFraction = rope.Fraction,
            RopeScaling = rope.Scaling,
            Activation = Activation(json),
            TiedEmbeddings = json.Flag("tie_word_embeddings", tied),
        };
    }

    private static string Activation(ConfigJson json)
    {
        // gemma writes both; hidden_activation is the one that its code reads.
        var fallback = json.OptionalText("hidden_act");
        return json.OptionalText("hidden_activation") ?? fallback ?? json.Text("hidden_act");
    }

    private static CheckpointConfig Llama(ConfigJson json)
    {
        var bias = json.Flag("attention_bias", false);
        return Common(json) with { AttentionBias = bias, AttentionOutputBias = bias, MlpBias = json.Flag("mlp_bias", false) };
    }

    /// <summary>Of a family whose code has no biases, whatever the key says.</summary>
    private static CheckpointConfig WithoutBiases(ConfigJson json)
    {
        json.RefuseFlag("attention_bias", true);
        json.RefuseFlag("mlp_bias", true);
        return Common(json);
    }

    /// <summary>Its code has biases on queries, keys and values alone, whatever the key says.</summary>
    private static CheckpointConfig Qwen2(ConfigJson json)
    {
        json.RefuseFlag("attention_bias", false);
        json.RefuseFlag("mlp_bias", true);
        return Qwen(json) with { AttentionBias = true };
    }

    private static CheckpointConfig Qwen(ConfigJson json)
    {
        var config = Common(json);
        var from = json.OptionalInteger("max_window_layers", 0, Large) ?? config.BlockCount;
        var window = json.OptionalInteger("sliding_window", 1, int.MaxValue);
        return Slide(json, config, json.Flag("use_sliding_window", false) ? window : null, block => block >= from);
    }

    private static CheckpointConfig SmolLm3(ConfigJson json)
    {
        var config = Qwen(json);
        var interval = json.OptionalInteger("no_rope_layer_interval", 1, MaximumBlocks) ?? 4;
        var rotates = json.Has("no_rope_layers") ? json.Flags("no_rope_layers") : [.. Enumerable.Range(1, config.BlockCount).Select(number => number % interval != 0)];
        if (rotates.Count != config.BlockCount)
        {
            throw json.Wrong("no_rope_layers", $"{rotates.Count} entries", $"1 (rotary) or 0 (none) for each of the {config.BlockCount} blocks");
        }

        var bias = json.Flag("attention_bias", false);
        return config with
        {
            AttentionBias = bias,
            AttentionOutputBias = bias,
            MlpBias = json.Flag("mlp_bias", false),
            BlocksWithoutRotary = Enumerable.Range(0, config.BlockCount).Where(block => !rotates[block]).ToHashSet(),
        };
    }

    private static CheckpointConfig Qwen3Mixture(ConfigJson json)
    {
        var bias = json.Flag("attention_bias", false);
        var config = Qwen(json) with { AttentionBias = bias, AttentionOutputBias = bias, QueryKeyNorm = true };
        _ = json.OptionalInteger("moe_intermediate_size", 1, Large);
        var step = json.OptionalInteger("decoder_sparse_step", 1, MaximumBlocks) ?? 1;
        var plain = json.TokenIds("mlp_only_layers").ToHashSet();
        return Experts(json, config, "num_experts", json.Flag("norm_topk_prob", false), block => (block + 1) % step == 0 && !plain.Contains(block));
    }

    private static CheckpointConfig GptOss(ConfigJson json)
    {
        var bias = json.Flag("attention_bias", true);
        var perToken = json.OptionalInteger("experts_per_token", 1, Large);
        _ = json.OptionalInteger("initial_context_length", 1, int.MaxValue);
        var config = Experts(json, Slide(json, Common(json), json.OptionalInteger("sliding_window", 1, int.MaxValue), block => block % 2 == 0), "num_local_experts", normalised: true);
        if (perToken is { } other && other != config.Experts!.PerToken)
        {
            throw json.Wrong("experts_per_token", $"{other}", $"the {config.Experts.PerToken} of num_experts_per_tok");
        }

        return config with
        {
            AttentionBias = bias,
            AttentionOutputBias = bias,
            HasSinks = true,
            Experts = config.Experts! with { GateSlope = 1.702f, UpOffset = 1, Limit = json.OptionalNumber("swiglu_limit") ?? 7 },
        };
    }

    private static CheckpointConfig Experts(ConfigJson json, CheckpointConfig config, string countKey, bool normalised, Func<int, bool>? has = null)
    {
        var count = json.Integer(countKey, 1, Large);
        var perToken = json.Integer("num_experts_per_tok", 1, count);
        if (config.Activation is not ("silu" or "swish"))
        {
            throw json.Wrong("hidden_act", config.Activation, "silu, the one activation of experts that ONNX Runtime's operator has");
        }

        return config with { Experts = new(count, perToken, normalised, Enumerable.Range(0, config.BlockCount).Where(block => has?.Invoke(block) ?? true).ToHashSet()) };
    }

    private static CheckpointConfig SlideEverywhere(ConfigJson json, CheckpointConfig config) =>
        Slide(json, config, json.OptionalInteger("sliding_window", 1, int.MaxValue), _ => true);

    private static CheckpointConfig Gemma(ConfigJson json, int slidingEvery, float defaultTheta)
    {
        var rotary = HuggingFaceRotary.Read(json, defaultTheta);
        var config = Common(json, tied: true, rotary: rotary) with
        {
            AttentionSoftcap = json.OptionalNumber("attn_logit_softcapping"),
            FinalSoftcap = json.OptionalNumber("final_logit_softcapping"),
            QueryPreAttentionScalar = json.Number("query_pre_attn_scalar"),
            AttentionBias = json.Flag("attention_bias", false),
            AttentionOutputBias = json.Flag("attention_bias", false),
        };

        // Without layer_types every slidingEvery-th block is a full one: 1, 3, 5 … of gemma2, 5, 11 … of gemma3.
        return Slide(json, config, json.Integer("sliding_window", 1, int.MaxValue), block => (block + 1) % slidingEvery != 0);
    }

    private static int Pattern(ConfigJson json)
    {
        var legacy = json.OptionalInteger("sliding_window_pattern", 1, MaximumBlocks);
        return json.OptionalInteger("_sliding_window_pattern", 1, MaximumBlocks) ?? legacy ?? 6;
    }

    private static CheckpointConfig Slide(ConfigJson json, CheckpointConfig config, int? window, Func<int, bool> slides)
    {
        if (json.OptionalTexts("layer_types") is { } types)
        {
            if (types.Count != config.BlockCount || types.FirstOrDefault(type => type is not ("full_attention" or "sliding_attention")) is { })
            {
                throw json.Wrong("layer_types", $"{types.Count} entries", $"full_attention or sliding_attention for each of the {config.BlockCount} blocks");
            }

            slides = block => string.Equals(types[block], "sliding_attention", StringComparison.Ordinal);
        }

        var blocks = window is null ? [] : Enumerable.Range(0, config.BlockCount).Where(slides).ToHashSet();
        return config with { SlidingWindow = blocks.Count == 0 ? null : window, SlidingBlocks = blocks };
    }

    private static CheckpointConfig Gpt2(ConfigJson json)
    {
        var hidden = json.Integer("n_embd", 1, Large);
        var heads = json.Integer("n_head", 1, Large);
        json.RefuseFlag("scale_attn_by_inverse_layer_idx", true);
        json.RefuseFlag("scale_attn_weights", false);
        return new CheckpointConfig
        {
            ModelType = string.Empty,
            ModelName = string.Empty,
            HiddenSize = hidden,
            IntermediateSize = json.OptionalInteger("n_inner", 1, Large) ?? 4 * hidden,
            BlockCount = json.Integer("n_layer", 1, MaximumBlocks),
            HeadCount = heads,
            KeyValueHeadCount = heads,
            HeadSize = hidden / heads,
            VocabularySize = json.Integer("vocab_size", 1, Large),
            ContextLength = json.Integer("n_positions", 1, Large),
            NormEpsilon = json.Number("layer_norm_epsilon"),
            RopeTheta = 0,
            Activation = json.Text("activation_function"),
            AttentionBias = true,
            AttentionOutputBias = true,
            MlpBias = true,
            TiedEmbeddings = json.Flag("tie_word_embeddings", true),
        };
    }

    private static CheckpointConfig GptNeoX(ConfigJson json)
    {
        var rotary = HuggingFaceRotary.Read(json, defaultFraction: 0.25f, thetaKey: "rotary_emb_base", fractionKey: "rotary_pct");
        var bias = json.Flag("attention_bias", true);
        return Common(json, "layer_norm_eps", rotary: rotary) with
        {
            AttentionBias = bias,
            AttentionOutputBias = bias,
            MlpBias = true,
            ParallelResidual = json.Flag("use_parallel_residual", true),
        };
    }

    private static string NameOf(string folder)
    {
        var full = HuggingFaceCache.Real(folder);

        // A download cache: models--owner--name/snapshots/revision.
        return HuggingFaceCache.IsSnapshot(full) && full.Parent!.Parent!.Name is var name && name.StartsWith("models--", StringComparison.Ordinal)
            ? name["models--".Length..].Replace("--", "/", StringComparison.Ordinal)
            : full.Name;
    }
}
