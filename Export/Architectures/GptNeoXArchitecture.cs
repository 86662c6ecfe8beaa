using System.Globalization;
using Steering.Export.Checkpoints;
using Steering.Export.Onnx;
using Steering.Export.Precision;

namespace Steering.Export.Architectures;

/// <summary>
/// GPT-NeoX and Pythia: layer normalisation with biases, rotary positions on a part of each head, and (mostly)
/// attention and feed-forward side by side on the same residual stream.
/// </summary>
internal sealed class GptNeoXArchitecture : IArchitecture
{
    /// <inheritdoc/>
    public IReadOnlyList<string> ModelTypes { get; } = ["gpt_neox"];

    /// <inheritdoc/>
    public string GenAiType(string modelType) => "decoder";

    /// <inheritdoc/>
    public void Build(DecoderGraph decoder, ICheckpoint checkpoint)
    {
        var config = checkpoint.Config;
        decoder.UsesLayerNorm = true;
        decoder.Embed("gpt_neox.embed_in", "embed_out");
        var rotary = decoder.Rotary(string.Empty, config.RopeTheta, config.RopeScaling, config.RopeFrequencyDivisors);
        var settings = new AttentionSettings(config.AttentionScale) { Rotary = rotary };
        for (var block = 0; block < config.BlockCount; block++)
        {
            var tensors = string.Create(CultureInfo.InvariantCulture, $"gpt_neox.layers.{block}.");
            var path = string.Create(CultureInfo.InvariantCulture, $"/model/layers.{block}");
            var x = decoder.Norm(path + "/input_layernorm", tensors + "input_layernorm");
            var attended = decoder.Attention(block, [QueryKeyValue(decoder, config, tensors + "attention.query_key_value", path, x)], settings);
            var attention = decoder.Linear(path + "/attn/o_proj", attended, tensors + "attention.dense", config.AttentionOutputBias);
            if (config.ParallelResidual)
            {
                var y = decoder.Norm(path + "/post_attention_layernorm", tensors + "post_attention_layernorm", decoder.Residual);
                decoder.AddToResidual(decoder.Graph.Add("Add", path + "/attn_mlp/Add", [attention, FeedForward(decoder, config, tensors, path, y)]));
            }
            else
            {
                decoder.AddToResidual(attention);
                var y = decoder.Norm(path + "/post_attention_layernorm", tensors + "post_attention_layernorm");
                decoder.AddToResidual(FeedForward(decoder, config, tensors, path, y));
            }
        }

        var last = string.Create(CultureInfo.InvariantCulture, $"/model/layers.{config.BlockCount}/final_norm_layernorm");
        decoder.Logits(decoder.Norm(last, "gpt_neox.final_layer_norm"), "embed_out");
    }

    private static GraphValue FeedForward(DecoderGraph decoder, CheckpointConfig config, string tensors, string path, GraphValue x)
    {
        var inner = decoder.Activate(path + "/mlp/act_fn", decoder.Linear(path + "/mlp/fc1", x, tensors + "mlp.dense_h_to_4h", config.MlpBias));
        return decoder.Linear(path + "/mlp/fc2", inner, tensors + "mlp.dense_4h_to_h", config.MlpBias);
    }

    // Stored head by head as query, key, value; attention reads all queries, all keys, all values.
    private static GraphValue QueryKeyValue(DecoderGraph decoder, CheckpointConfig config, string tensor, string path, GraphValue x)
    {
        var width = config.HeadSize;
        var order = new int[3 * config.HeadCount * width];
        for (var row = 0; row < order.Length; row++)
        {
            var (kind, head, within) = (row / (config.HeadCount * width), row / width % config.HeadCount, row % width);
            order[row] = (((head * 3) + kind) * width) + within;
        }

        WeightMatrix weight = decoder.Matrix(tensor + ".weight").Reorder(order);
        var bias = config.AttentionBias ? decoder.Vector(tensor + ".bias") : null;
        return decoder.Linear(path + "/attn/qkv_proj", x, weight, bias is null ? null : Array.ConvertAll(order, row => bias[row]));
    }
}
