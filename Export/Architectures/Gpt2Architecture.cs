using System.Globalization;
using Steering.Export.Checkpoints;

namespace Steering.Export.Architectures;

/// <summary>GPT-2: learned positions, layer normalisation with biases, and a plain feed-forward.</summary>
internal sealed class Gpt2Architecture : IArchitecture
{
    /// <inheritdoc/>
    public IReadOnlyList<string> ModelTypes { get; } = ["gpt2"];

    /// <inheritdoc/>
    /// <remarks>GenAI's own "gpt2" expects keys and values in one tensor.</remarks>
    public string GenAiType(string modelType) => "decoder";

    /// <inheritdoc/>
    public void Build(DecoderGraph decoder, ICheckpoint checkpoint)
    {
        var config = checkpoint.Config;
        decoder.UsesLayerNorm = true;
        decoder.Embed("transformer.wte", "lm_head");
        decoder.AddLearnedPositions("transformer.wpe");
        for (var block = 0; block < config.BlockCount; block++)
        {
            var tensors = string.Create(CultureInfo.InvariantCulture, $"transformer.h.{block}.");
            var path = string.Create(CultureInfo.InvariantCulture, $"/model/layers.{block}");
            var x = decoder.Norm(path + "/input_layernorm", tensors + "ln_1");
            var heads = decoder.Linear(path + "/attn/qkv_proj", x, tensors + "attn.c_attn", config.AttentionBias);
            var attended = decoder.Attention(block, [heads], new(config.AttentionScale));
            decoder.AddToResidual(decoder.Linear(path + "/attn/o_proj", attended, tensors + "attn.c_proj", config.AttentionOutputBias));
            var y = decoder.Norm(path + "/post_attention_layernorm", tensors + "ln_2");
            var inner = decoder.Activate(path + "/mlp/act_fn", decoder.Linear(path + "/mlp/fc1", y, tensors + "mlp.c_fc", config.MlpBias));
            decoder.AddToResidual(decoder.Linear(path + "/mlp/fc2", inner, tensors + "mlp.c_proj", config.MlpBias));
        }

        var last = string.Create(CultureInfo.InvariantCulture, $"/model/layers.{config.BlockCount}/final_norm_layernorm");
        decoder.Logits(decoder.Norm(last, "transformer.ln_f"), "lm_head");
    }
}
