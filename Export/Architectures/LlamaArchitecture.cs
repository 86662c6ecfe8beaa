using System.Globalization;
using Steering.Export.Checkpoints;
using Steering.Export.Onnx;

namespace Steering.Export.Architectures;

/// <summary>
/// Llama and its close kin: pre-normalised blocks of grouped-query attention with rotary positions and a gated
/// feed-forward. Mistral adds a sliding window, Qwen 2 biases, Qwen 3 a normalisation of every query and key head, Phi-3
/// stores its matrices stacked, SmolLM 3 leaves some blocks without positions, Granite multiplies what goes in and out.
/// </summary>
internal sealed class LlamaArchitecture : IArchitecture
{
    /// <inheritdoc/>
    public IReadOnlyList<string> ModelTypes { get; } = ["llama", "mistral", "qwen2", "qwen3", "phi3", "smollm3", "granite"];

    /// <inheritdoc/>
    /// <remarks>GenAI recomputes the cache of a "phi3" at position 4,097, for a rotary scaling that this graph does not have.</remarks>
    public string GenAiType(string modelType) => modelType switch
    {
        "phi3" or "smollm3" or "granite" => "llama",
        _ => modelType,
    };

    /// <inheritdoc/>
    public void Build(DecoderGraph decoder, ICheckpoint checkpoint) =>
        Build(decoder, checkpoint, (_, tensors, path, x) => decoder.GatedFeedForward(tensors + "mlp.", path, x));

    /// <summary>Writes a model of the family with a feed-forward of its own.</summary>
    /// <param name="decoder">Where to.</param>
    /// <param name="checkpoint">Where from.</param>
    /// <param name="feedForward">From the block, the prefix of its tensors, the node path and the normalised stream.</param>
    public static void Build(DecoderGraph decoder, ICheckpoint checkpoint, Func<int, string, string, GraphValue, GraphValue> feedForward)
    {
        var config = checkpoint.Config;
        decoder.Embed("model.embed_tokens", "lm_head", config.EmbeddingMultiplier);
        var rotary = decoder.Rotary(string.Empty, config.RopeTheta, config.RopeScaling, config.RopeFrequencyDivisors);
        for (var block = 0; block < config.BlockCount; block++)
        {
            var tensors = string.Create(CultureInfo.InvariantCulture, $"model.layers.{block}.");
            var path = string.Create(CultureInfo.InvariantCulture, $"/model/layers.{block}");
            var x = decoder.Norm(path + "/input_layernorm", tensors + "input_layernorm");
            var heads = QueryKeyValue(decoder, config, tensors + "self_attn.", path + "/attn", x);
            var attended = decoder.Attention(block, heads, new(config.AttentionScale)
            {
                Rotary = config.BlocksWithoutRotary.Contains(block) ? null : rotary,
                Window = config.WindowOf(block),
                Sinks = config.HasSinks ? decoder.Vector(tensors + "self_attn.sinks") : null,
            });
            decoder.AddToResidual(decoder.Scale(path + "/attn/scaled", decoder.Linear(path + "/attn/o_proj", attended, tensors + "self_attn.o_proj", config.AttentionOutputBias), config.ResidualMultiplier));
            var y = decoder.Norm(path + "/post_attention_layernorm", tensors + "post_attention_layernorm");
            decoder.AddToResidual(decoder.Scale(path + "/mlp/scaled", feedForward(block, tensors, path + "/mlp", y), config.ResidualMultiplier));
        }

        var last = string.Create(CultureInfo.InvariantCulture, $"/model/layers.{config.BlockCount}/final_norm_layernorm");
        decoder.Logits(decoder.Norm(last, "model.norm"), "lm_head");
    }

    /// <summary>Queries, keys and values of a block, in one value or in three.</summary>
    public static GraphValue[] QueryKeyValue(DecoderGraph decoder, CheckpointConfig config, string tensors, string path, GraphValue x)
    {
        var values = decoder.Has(tensors + "qkv_proj.weight")
            ? [decoder.Linear(path + "/qkv_proj", x, tensors + "qkv_proj", config.AttentionBias)]
            : decoder.Linears(path + "/qkv_proj", x, config.AttentionBias, (path + "/q_proj", tensors + "q_proj"), (path + "/k_proj", tensors + "k_proj"), (path + "/v_proj", tensors + "v_proj"));
        if (!config.QueryKeyNorm)
        {
            return values;
        }

        values = decoder.Separate(path + "/qkv_proj", values);
        return
        [
            decoder.NormHeads(path + "/q_norm", tensors + "q_norm", values[0], config.HeadCount),
            decoder.NormHeads(path + "/k_norm", tensors + "k_norm", values[1], config.KeyValueHeadCount),
            values[2],
        ];
    }
}
