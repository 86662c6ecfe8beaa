using System.Globalization;
using Steering.Export.Checkpoints;
using Steering.Export.Onnx;

namespace Steering.Export.Architectures;

/// <summary>
/// OLMo 2: both halves of a block read the residual stream as it is and are normalised before they are added to it; queries and
/// keys are normalised over all heads together.
/// </summary>
internal sealed class Olmo2Architecture : IArchitecture
{
    /// <inheritdoc/>
    public IReadOnlyList<string> ModelTypes { get; } = ["olmo2"];

    /// <inheritdoc/>
    public string GenAiType(string modelType) => "llama";

    /// <inheritdoc/>
    public void Build(DecoderGraph decoder, ICheckpoint checkpoint)
    {
        var config = checkpoint.Config;
        decoder.Embed("model.embed_tokens", "lm_head");
        var settings = new AttentionSettings(config.AttentionScale) { Rotary = decoder.Rotary(string.Empty, config.RopeTheta, config.RopeScaling, config.RopeFrequencyDivisors) };
        for (var block = 0; block < config.BlockCount; block++)
        {
            var tensors = string.Create(CultureInfo.InvariantCulture, $"model.layers.{block}.");
            var path = string.Create(CultureInfo.InvariantCulture, $"/model/layers.{block}");
            var heads = QueryKeyValue(decoder, config, tensors + "self_attn.", path + "/attn", decoder.Residual);
            var attended = decoder.Linear(path + "/attn/o_proj", decoder.Attention(block, heads, settings), tensors + "self_attn.o_proj", config.AttentionOutputBias);
            decoder.AddToResidual(path + "/attn/residual", decoder.Norm(path + "/post_attention_layernorm", tensors + "post_attention_layernorm", attended));
            var fed = decoder.GatedFeedForward(tensors + "mlp.", path + "/mlp", decoder.Residual);
            decoder.AddToResidual(path + "/mlp/residual", decoder.Norm(path + "/post_feedforward_layernorm", tensors + "post_feedforward_layernorm", fed));
        }

        var last = string.Create(CultureInfo.InvariantCulture, $"/model/layers.{config.BlockCount}/final_norm_layernorm");
        decoder.Logits(decoder.Norm(last, "model.norm"), "lm_head");
    }

    private static GraphValue[] QueryKeyValue(DecoderGraph decoder, CheckpointConfig config, string tensors, string path, GraphValue x)
    {
        var values = decoder.Separate(path + "/qkv_proj", decoder.Linears(path + "/qkv_proj", x, config.AttentionBias, (path + "/q_proj", tensors + "q_proj"), (path + "/k_proj", tensors + "k_proj"), (path + "/v_proj", tensors + "v_proj")));
        return [decoder.Norm(path + "/q_norm", tensors + "q_norm", values[0]), decoder.Norm(path + "/k_norm", tensors + "k_norm", values[1]), values[2]];
    }
}
