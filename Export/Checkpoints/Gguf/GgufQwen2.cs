using Steering.Tensors;

namespace Steering.Export.Checkpoints.Gguf;

/// <summary>Qwen2 and Qwen2.5: Llama's names, biases on Q, K and V, rows as in Hugging Face.</summary>
internal class GgufQwen2 : GgufArchitecture
{
    public override string Name => "qwen2";

    public override string ModelType => "qwen2";

    protected override IReadOnlyDictionary<string, string> BlockNames { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["attn_norm"] = "input_layernorm",
        ["attn_q"] = "self_attn.q_proj",
        ["attn_k"] = "self_attn.k_proj",
        ["attn_v"] = "self_attn.v_proj",
        ["attn_output"] = "self_attn.o_proj",
        ["attn_q_norm"] = "self_attn.q_norm",
        ["attn_k_norm"] = "self_attn.k_norm",
        ["ffn_norm"] = "post_attention_layernorm",
        ["ffn_gate"] = "mlp.gate_proj",
        ["ffn_up"] = "mlp.up_proj",
        ["ffn_down"] = "mlp.down_proj",
    };

    public override CheckpointConfig Configure(CheckpointConfig common, GgufKeys keys, GgufFile file) => common with
    {
        AttentionBias = HasBias(file, "attn_q"),
        AttentionOutputBias = HasBias(file, "attn_output"),
        QueryKeyNorm = file.Tensors.ContainsKey("blk.0.attn_q_norm.weight"),
    };
}
