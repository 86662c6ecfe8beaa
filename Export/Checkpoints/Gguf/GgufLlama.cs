using Steering.Tensors;

namespace Steering.Export.Checkpoints.Gguf;

/// <summary>
/// Llama and its kin (Mistral, SmolLM2). The conversion permutes the rows of Q and K so that the two halves that rotary
/// embedding turns together lie beside each other: row <c>2j + half</c> of a head here is row <c>half · size/2 + j</c> there.
/// </summary>
internal sealed class GgufLlama : GgufArchitecture
{
    private const string RotaryDivisors = "rope_freqs.weight";

    public override string Name => "llama";

    public override string ModelType => "llama";

    public override IReadOnlySet<string> Settings { get; } = new HashSet<string>(StringComparer.Ordinal) { RotaryDivisors };

    protected override IReadOnlyDictionary<string, string> BlockNames { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["attn_norm"] = "input_layernorm",
        ["attn_q"] = "self_attn.q_proj",
        ["attn_k"] = "self_attn.k_proj",
        ["attn_v"] = "self_attn.v_proj",
        ["attn_output"] = "self_attn.o_proj",
        ["ffn_norm"] = "post_attention_layernorm",
        ["ffn_gate"] = "mlp.gate_proj",
        ["ffn_up"] = "mlp.up_proj",
        ["ffn_down"] = "mlp.down_proj",
    };

    public override CheckpointConfig Configure(CheckpointConfig common, GgufKeys keys, GgufFile file)
    {
        var config = common with
        {
            AttentionBias = HasBias(file, "attn_q"),
            AttentionOutputBias = HasBias(file, "attn_output"),
            MlpBias = HasBias(file, "ffn_up"),
            RopeFrequencyDivisors = file.Tensors.ContainsKey(RotaryDivisors) ? Divisors(common, file) : null,
        };
        return Slide(config, keys.OptionalInteger("attention.sliding_window", int.MaxValue), _ => true);
    }

    public override Func<long, long>? RowOrder(string part, CheckpointConfig config)
    {
        if (part is not ("attn_q" or "attn_k"))
        {
            return null;
        }

        var (size, half) = (config.HeadSize, config.HeadSize / 2);
        return row => (row / size * size) + (row % half * 2) + (row % size / half);
    }

    private static float[] Divisors(CheckpointConfig config, GgufFile file)
    {
        var divisors = file.ReadFloat32(RotaryDivisors);
        return divisors.Length == config.RotarySize / 2 && Array.TrueForAll(divisors, divisor => divisor > 0 && float.IsFinite(divisor))
            ? divisors
            : throw new SteeringException($"{file.Path}: tensor '{RotaryDivisors}' has {divisors.Length} elements; {config.RotarySize / 2} positive, finite ones were expected.");
    }
}
