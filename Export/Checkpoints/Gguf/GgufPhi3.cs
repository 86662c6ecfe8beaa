using Steering.Tensors;

namespace Steering.Export.Checkpoints.Gguf;

/// <summary>Phi-3: Q, K and V in one matrix, gate and up in another, stacked as in Hugging Face.</summary>
internal sealed class GgufPhi3 : GgufArchitecture
{
    public override string Name => "phi3";

    public override string ModelType => "phi3";

    protected override IReadOnlyDictionary<string, string> BlockNames { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["attn_norm"] = "input_layernorm",
        ["attn_qkv"] = "self_attn.qkv_proj",
        ["attn_output"] = "self_attn.o_proj",
        ["ffn_norm"] = "post_attention_layernorm",
        ["ffn_up"] = "mlp.gate_up_proj",
        ["ffn_down"] = "mlp.down_proj",
    };

    public override CheckpointConfig Configure(CheckpointConfig common, GgufKeys keys, GgufFile file) =>
        Slide(common, keys.OptionalInteger("attention.sliding_window", int.MaxValue), _ => true);
}
