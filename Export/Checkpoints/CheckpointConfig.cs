using System.Collections.Frozen;

namespace Steering.Export.Checkpoints;

/// <summary>Hyper-parameters of a decoder-only model, in the words of a Hugging Face <c>config.json</c>.</summary>
public sealed record CheckpointConfig
{
    /// <summary><c>model_type</c>: llama, qwen2, gpt2 …</summary>
    public required string ModelType { get; init; }

    /// <summary>Name of the model for people: <c>_name_or_path</c> or the folder's name, or a GGUF file's name without its quantisation.</summary>
    public required string ModelName { get; init; }

    /// <summary><c>hidden_size</c>.</summary>
    public required int HiddenSize { get; init; }

    /// <summary><c>intermediate_size</c>.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary><c>num_hidden_layers</c>.</summary>
    public required int BlockCount { get; init; }

    /// <summary><c>num_attention_heads</c>.</summary>
    public required int HeadCount { get; init; }

    /// <summary><c>num_key_value_heads</c>.</summary>
    public required int KeyValueHeadCount { get; init; }

    /// <summary><c>head_dim</c>.</summary>
    public required int HeadSize { get; init; }

    /// <summary><c>vocab_size</c>.</summary>
    public required int VocabularySize { get; init; }

    /// <summary><c>max_position_embeddings</c>.</summary>
    public required int ContextLength { get; init; }

    /// <summary><c>rms_norm_eps</c>, <c>layer_norm_eps</c> or <c>layer_norm_epsilon</c>.</summary>
    public required float NormEpsilon { get; init; }

    /// <summary><c>rope_theta</c>; 0 for a model with learned positions (gpt2).</summary>
    public required float RopeTheta { get; init; }

    /// <summary>Rotary scaling (<c>rope_scaling</c> or <c>rope_parameters</c>), or null for plain rotary embedding.</summary>
    public RopeScaling? RopeScaling { get; init; }

    /// <summary>
    /// Divisors of the inverse rotary frequencies, one for each pair of a head, or null. GGUF files carry the numbers of
    /// a scaling such as llama3 in this form; then <see cref="RopeScaling"/> is null.
    /// </summary>
    public IReadOnlyList<float>? RopeFrequencyDivisors { get; init; }

    /// <summary>Rotary base of the sliding-window blocks (<c>rope_local_base_freq</c>), or null when all blocks share <see cref="RopeTheta"/>.</summary>
    public float? LocalRopeTheta { get; init; }

    /// <summary>Part of a head that rotary embedding turns (<c>partial_rotary_factor</c>), above 0, at most 1.</summary>
    public float RotaryFraction { get; init; } = 1;

    /// <summary><c>hidden_act</c>.</summary>
    public string Activation { get; init; } = "silu";

    /// <summary>Whether the query, key and value projections have biases.</summary>
    public bool AttentionBias { get; init; }

    /// <summary>Whether the attention's output projection has a bias.</summary>
    public bool AttentionOutputBias { get; init; }

    /// <summary>Whether the feed-forward projections have biases.</summary>
    public bool MlpBias { get; init; }

    /// <summary>Whether each query and key head is normalised before rotary embedding (qwen3, gemma3).</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>Whether attention and feed-forward read the same input and are added together (gpt_neox).</summary>
    public bool ParallelResidual { get; init; }

    /// <summary>Number of positions that a sliding-window block attends to, itself included; null when no block slides.</summary>
    public int? SlidingWindow { get; init; }

    /// <summary>The blocks that attend to <see cref="SlidingWindow"/> positions only.</summary>
    public IReadOnlySet<int> SlidingBlocks { get; init; } = new HashSet<int>();

    /// <summary>Attention scores are capped to <c>c · tanh(score / c)</c> (<c>attn_logit_softcapping</c>), or null.</summary>
    public float? AttentionSoftcap { get; init; }

    /// <summary>Logits are capped to <c>c · tanh(logit / c)</c> (<c>final_logit_softcapping</c>), or null.</summary>
    public float? FinalSoftcap { get; init; }

    /// <summary><c>query_pre_attn_scalar</c>: attention scores are divided by its root; null for <see cref="HeadSize"/>.</summary>
    public float? QueryPreAttentionScalar { get; init; }

    /// <summary>Factor on the embedding's rows (<c>embedding_multiplier</c> of granite).</summary>
    public float EmbeddingMultiplier { get; init; } = 1;

    /// <summary>Factor on every update of the residual stream (<c>residual_multiplier</c> of granite).</summary>
    public float ResidualMultiplier { get; init; } = 1;

    /// <summary>Factor of the attention scores where the configuration gives it itself (<c>attention_multiplier</c> of granite), or null.</summary>
    public float? AttentionMultiplier { get; init; }

    /// <summary>What the logits are divided by (<c>logits_scaling</c> of granite).</summary>
    public float LogitsDivisor { get; init; } = 1;

    /// <summary>The blocks whose queries and keys are not rotated (<c>no_rope_layers</c> of smollm3).</summary>
    public IReadOnlySet<int> BlocksWithoutRotary { get; init; } = FrozenSet<int>.Empty;

    /// <summary>Whether every head's softmax has one more column (<c>sinks</c> of gpt-oss).</summary>
    public bool HasSinks { get; init; }

    /// <summary>The mixture of experts, or null.</summary>
    public ExpertSettings? Experts { get; init; }

    /// <summary>Whether the output projection is the embedding.</summary>
    public bool TiedEmbeddings { get; init; }

    /// <summary>Beginning-of-sequence token, or null.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>End-of-sequence tokens.</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>Padding token, or null.</summary>
    public int? PadTokenId { get; init; }

    /// <summary>Factor of the attention scores: <see cref="AttentionMultiplier"/>, else <c>1 / √(query_pre_attn_scalar or head_dim)</c>.</summary>
    public float AttentionScale => AttentionMultiplier ?? 1 / MathF.Sqrt(QueryPreAttentionScalar ?? HeadSize);

    /// <summary>Elements of a head that rotary embedding turns: an even number.</summary>
    public int RotarySize => (int)((HeadSize * (double)RotaryFraction) + 1e-4);

    /// <summary>The window of a block, or null when it attends to every earlier position.</summary>
    public int? WindowOf(int block) => SlidingBlocks.Contains(block) ? SlidingWindow : null;
}

/// <summary>A mixture of experts in place of some blocks' feed-forward.</summary>
/// <param name="Count">Experts of a block.</param>
/// <param name="PerToken">Experts that a token goes through.</param>
/// <param name="Normalised">Whether the weights of those add up to 1.</param>
/// <param name="Blocks">The blocks that have it.</param>
public sealed record ExpertSettings(int Count, int PerToken, bool Normalised, IReadOnlySet<int> Blocks)
{
    /// <summary>α of the gate <c>x · σ(αx)</c>: 1 for SiLU, 1.702 for gpt-oss.</summary>
    public float GateSlope { get; init; } = 1;

    /// <summary>What is added to the gated half: 1 for gpt-oss.</summary>
    public float UpOffset { get; init; }

    /// <summary>Gates are clamped to at most this, and what they gate to ± this (<c>swiglu_limit</c>); null for none.</summary>
    public float? Limit { get; init; }
}
