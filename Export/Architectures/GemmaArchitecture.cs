using System.Globalization;
using Steering.Export.Checkpoints;

namespace Steering.Export.Architectures;

/// <summary>
/// Gemma 2 and 3: gains stored less one, an embedding scaled by the root of its width, a normalisation before and
/// after both halves of a block, and blocks of two kinds of attention. Gemma 2 caps scores and logits, Gemma 3 normalises
/// query and key heads and rotates sliding blocks by another base.
/// </summary>
internal sealed class GemmaArchitecture : IArchitecture
{
    /// <inheritdoc/>
    public IReadOnlyList<string> ModelTypes { get; } = ["gemma2", "gemma3_text"];

    /// <inheritdoc/>
    public string GenAiType(string modelType) => modelType;

    /// <inheritdoc/>
    public void Build(DecoderGraph decoder, ICheckpoint checkpoint)
    {
        var config = checkpoint.Config;
        decoder.GainOffset = 1;
        decoder.Embed("model.embed_tokens", "lm_head", MathF.Sqrt(config.HiddenSize));
        var rotary = new Lazy<RotaryTables>(() => decoder.Rotary(string.Empty, config.RopeTheta, config.RopeScaling, config.RopeFrequencyDivisors));
        var localRotary = config.LocalRopeTheta is { } theta ? new Lazy<RotaryTables>(() => decoder.Rotary("_local", theta, scaling: null, divisors: null)) : rotary;
        for (var block = 0; block < config.BlockCount; block++)
        {
            var tensors = string.Create(CultureInfo.InvariantCulture, $"model.layers.{block}.");
            var path = string.Create(CultureInfo.InvariantCulture, $"/model/layers.{block}");
            var window = config.WindowOf(block);
            var settings = new AttentionSettings(config.AttentionScale)
            {
                Rotary = (window is null ? rotary : localRotary).Value,
                Window = window,
                Softcap = config.AttentionSoftcap,
            };
            var x = decoder.Norm(path + "/input_layernorm", tensors + "input_layernorm");
            var heads = LlamaArchitecture.QueryKeyValue(decoder, config, tensors + "self_attn.", path + "/attn", x);
            var attended = decoder.Linear(path + "/attn/o_proj", decoder.Attention(block, heads, settings), tensors + "self_attn.o_proj", config.AttentionOutputBias);
            decoder.AddToResidual(decoder.Norm(path + "/post_attention_layernorm", tensors + "post_attention_layernorm", attended));
            var y = decoder.Norm(path + "/pre_feedforward_layernorm", tensors + "pre_feedforward_layernorm");
            var fed = decoder.GatedFeedForward(tensors + "mlp.", path + "/mlp", y);
            decoder.AddToResidual(decoder.Norm(path + "/post_feedforward_layernorm", tensors + "post_feedforward_layernorm", fed));
        }

        var last = string.Create(CultureInfo.InvariantCulture, $"/model/layers.{config.BlockCount}/final_norm_layernorm");
        decoder.Logits(decoder.Norm(last, "model.norm"), "lm_head");
    }
}
