using Steering.Tensors;

namespace Steering.Export.Checkpoints.Gguf;

/// <summary>
/// GPT-NeoX and Pythia. Hugging Face stacks Q, K and V head by head; the conversion stacks all of Q, then K, then V.
/// </summary>
internal sealed class GgufGptNeoX : GgufArchitecture
{
    public override string Name => "gptneox";

    public override string ModelType => "gpt_neox";

    public override string EpsilonKey => "attention.layer_norm_epsilon";

    protected override string HuggingFaceBlockPrefix => "gpt_neox.layers.";

    protected override IReadOnlyDictionary<string, string> OuterNames { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["token_embd"] = "gpt_neox.embed_in",
        ["output_norm"] = "gpt_neox.final_layer_norm",
        ["output"] = "embed_out",
    };

    protected override IReadOnlyDictionary<string, string> BlockNames { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["attn_norm"] = "input_layernorm",
        ["attn_qkv"] = "attention.query_key_value",
        ["attn_output"] = "attention.dense",
        ["ffn_norm"] = "post_attention_layernorm",
        ["ffn_up"] = "mlp.dense_h_to_4h",
        ["ffn_down"] = "mlp.dense_4h_to_h",
    };

    public override CheckpointConfig Configure(CheckpointConfig common, GgufKeys keys, GgufFile file) => common with
    {
        Activation = "gelu",
        AttentionBias = HasBias(file, "attn_qkv"),
        AttentionOutputBias = HasBias(file, "attn_output"),
        MlpBias = true,
        ParallelResidual = keys.Flag("use_parallel_residual", true),
    };

    public override Func<long, long>? RowOrder(string part, CheckpointConfig config)
    {
        if (part is not "attn_qkv")
        {
            return null;
        }

        long size = config.HeadSize;
        long hidden = size * config.HeadCount;
        return row => (row / size % 3 * hidden) + (row / (3 * size) * size) + (row % size);
    }
}
