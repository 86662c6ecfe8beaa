using Steering.Tensors;

namespace Steering.Export.Checkpoints.Gguf;

/// <summary>Reads the hyper-parameters of a GGUF file into a <see cref="CheckpointConfig"/>.</summary>
internal static class GgufConfig
{
    private const string Embedding = "token_embd.weight";
    private const float DefaultTheta = 10_000;
    private const int MaximumBlocks = 1 << 12;

    public static CheckpointConfig Read(GgufFile file, GgufArchitecture architecture)
    {
        var keys = new GgufKeys(file, architecture.Name);
        keys.RefuseNonZero("expert_count", "mixtures of experts");
        keys.RefuseNonZero("expert_used_count", "mixtures of experts");
        var hidden = keys.Integer("embedding_length");
        var heads = keys.Integer("attention.head_count");
        var headSize = keys.OptionalInteger("attention.key_length") ?? hidden / heads;
        if (keys.OptionalInteger("attention.value_length") is { } valueSize && valueSize != headSize)
        {
            throw keys.Wrong("attention.value_length", $"{valueSize}", $"the {headSize} of attention.key_length");
        }

        if (!keys.Flag("attention.causal", true))
        {
            throw keys.Wrong("attention.causal", "false", "a decoder");
        }

        var rotary = keys.OptionalInteger("rope.dimension_count") ?? headSize;
        if (rotary > headSize)
        {
            throw keys.Wrong("rope.dimension_count", $"{rotary}", $"at most the head size {headSize}");
        }

        var common = new CheckpointConfig
        {
            ModelType = architecture.ModelType,
            ModelName = GgufName.Of(file.Path),
            HiddenSize = hidden,
            IntermediateSize = keys.Integer("feed_forward_length"),
            BlockCount = keys.Integer("block_count", MaximumBlocks),
            HeadCount = heads,
            KeyValueHeadCount = keys.OptionalInteger("attention.head_count_kv") ?? heads,
            HeadSize = headSize,
            VocabularySize = VocabularySize(file, hidden),
            ContextLength = keys.Integer("context_length", int.MaxValue),
            NormEpsilon = keys.Number(architecture.EpsilonKey),
            RopeTheta = keys.OptionalNumber("rope.freq_base") ?? DefaultTheta,
            RopeScaling = Scaling(keys),
            RotaryFraction = (float)rotary / headSize,
            TiedEmbeddings = !file.Tensors.ContainsKey("output.weight"),
            BosTokenId = TokenId(file, "bos"),
            EosTokenIds = [.. new[] { TokenId(file, "eos"), TokenId(file, "eot"), TokenId(file, "eom") }.OfType<int>().Concat(GgufEndTokens.Of(file)).Distinct()],
            PadTokenId = TokenId(file, "padding"),
        };
        var config = architecture.Configure(common, keys, file);
        keys.RefuseUnknown();
        return config.Checked(file.Path);
    }

    private static RopeScaling? Scaling(GgufKeys keys)
    {
        var legacy = keys.OptionalNumber("rope.scale_linear");
        var factor = keys.OptionalNumber("rope.scaling.factor") ?? legacy;
        var type = keys.OptionalText("rope.scaling.type") ?? (factor is null or 1 ? "none" : "linear");
        return type switch
        {
            "none" => null,
            "linear" => new RopeScaling(type, factor ?? throw keys.Wrong("rope.scaling.factor", "nothing", "a number"), 0, 0, 0),
            _ => throw keys.Wrong("rope.scaling.type", type, "none or linear"),
        };
    }

    private static int VocabularySize(GgufFile file, int hidden) =>
        file.Describe(Embedding).Shape is [var rows, var columns] && columns == hidden && rows is > 0 and < 1 << 24
            ? (int)rows
            : throw new SteeringException($"{file.Path}: tensor '{Embedding}' has the shape [{string.Join(", ", file.Describe(Embedding).Shape)}]; [vocabulary, {hidden}] was expected.");

    private static int? TokenId(GgufFile file, string name) =>
        file.Metadata.TryGetValue($"tokenizer.ggml.{name}_token_id", out var value) && value.AsInt64() is not (-1 or uint.MaxValue) ? value.AsInt32() : null;

    private static string? Text(GgufFile file, string key) =>
        file.Metadata.TryGetValue(key, out var value) && value.AsString() is { Length: > 0 } text ? text : null;
}
