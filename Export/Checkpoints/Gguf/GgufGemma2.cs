using Steering.Tensors;

namespace Steering.Export.Checkpoints.Gguf;

/// <summary>
/// Gemma 2: four norms in a block, whose weights the conversion increases by one; every other block slides, the first one
/// included; capped scores and logits.
/// </summary>
internal class GgufGemma2 : GgufArchitecture
{
    /// <summary>Block count of the 27B model, whose scores are scaled by the width of a head's share of the residual stream.</summary>
    private const int BlocksOfLargest = 46;

    public override string Name => "gemma2";

    public override string ModelType => "gemma2";

    public override float NormOffset => 1;

    protected override IReadOnlyDictionary<string, string> BlockNames { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["attn_norm"] = "input_layernorm",
        ["attn_q"] = "self_attn.q_proj",
        ["attn_k"] = "self_attn.k_proj",
        ["attn_v"] = "self_attn.v_proj",
        ["attn_output"] = "self_attn.o_proj",
        ["attn_q_norm"] = "self_attn.q_norm",
        ["attn_k_norm"] = "self_attn.k_norm",
        ["post_attention_norm"] = "post_attention_layernorm",
        ["ffn_norm"] = "pre_feedforward_layernorm",
        ["ffn_gate"] = "mlp.gate_proj",
        ["ffn_up"] = "mlp.up_proj",
        ["ffn_down"] = "mlp.down_proj",
        ["post_ffw_norm"] = "post_feedforward_layernorm",
    };

    public override CheckpointConfig Configure(CheckpointConfig common, GgufKeys keys, GgufFile file)
    {
        var config = common with
        {
            Activation = "gelu_pytorch_tanh",
            AttentionSoftcap = keys.Number("attn_logit_softcapping"),
            FinalSoftcap = keys.Number("final_logit_softcapping"),
            QueryPreAttentionScalar = ScoreScalar(common, BlocksOfLargest),
        };
        return Slide(config, keys.Integer("attention.sliding_window", int.MaxValue), block => block % 2 == 0);
    }

    /// <summary>GGUF does not carry <c>query_pre_attn_scalar</c>; it follows from the model's size.</summary>
    protected static float ScoreScalar(CheckpointConfig config, int blocksOfLargest) =>
        config.BlockCount == blocksOfLargest ? (float)config.HiddenSize / config.HeadCount : config.HeadSize;
}
