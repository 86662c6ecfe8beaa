using Steering.Tensors;

namespace Steering.Export.Checkpoints.Gguf;

/// <summary>GPT-2: learned positions, biases everywhere, matrices already turned to [out, in] by the conversion.</summary>
internal sealed class GgufGpt2 : GgufArchitecture
{
    public override string Name => "gpt2";

    public override string ModelType => "gpt2";

    public override string EpsilonKey => "attention.layer_norm_epsilon";

    protected override string HuggingFaceBlockPrefix => "transformer.h.";

    protected override IReadOnlyDictionary<string, string> OuterNames { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["token_embd"] = "transformer.wte",
        ["position_embd"] = "transformer.wpe",
        ["output_norm"] = "transformer.ln_f",
        ["output"] = "lm_head",
    };

    protected override IReadOnlyDictionary<string, string> BlockNames { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["attn_norm"] = "ln_1",
        ["attn_qkv"] = "attn.c_attn",
        ["attn_output"] = "attn.c_proj",
        ["ffn_norm"] = "ln_2",
        ["ffn_up"] = "mlp.c_fc",
        ["ffn_down"] = "mlp.c_proj",
    };

    public override CheckpointConfig Configure(CheckpointConfig common, GgufKeys keys, GgufFile file) => common with
    {
        Activation = "gelu_new",
        RopeTheta = 0,
        AttentionBias = true,
        AttentionOutputBias = true,
        MlpBias = true,
    };
}
