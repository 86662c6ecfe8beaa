namespace Steering.Export.Checkpoints;

/// <summary>Hyper-parameters of a decoder-only model, in the words of a Hugging Face <c>config.json</c>.</summary>
public sealed record CheckpointConfig
{
    /// <summary><c>model_type</c>: llama, qwen2, gpt2 …</summary>
    public required string ModelType { get; init; }

    /// <summary>Name of the model for people: <c>general.name</c>, <c>_name_or_path</c>, or the file's name.</summary>
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

    /// <summary><c>rms_norm_eps</c>.</summary>
    public required float NormEpsilon { get; init; }

    /// <summary><c>rope_theta</c>.</summary>
    public required float RopeTheta { get; init; }

    /// <summary>Rotary scaling (<c>rope_scaling</c> or <c>rope_parameters</c>), or null for plain rotary embedding.</summary>
    public RopeScaling? RopeScaling { get; init; }

    /// <summary><c>hidden_act</c>.</summary>
    public string Activation { get; init; } = "silu";

    /// <summary>Whether the output projection is the embedding.</summary>
    public bool TiedEmbeddings { get; init; }

    /// <summary>Beginning-of-sequence token, or null.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>End-of-sequence tokens.</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>Padding token, or null.</summary>
    public int? PadTokenId { get; init; }
}
