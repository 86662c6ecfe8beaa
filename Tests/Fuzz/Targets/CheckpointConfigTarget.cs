using System.Text;
using Steering.Export.Checkpoints;

namespace Steering.Fuzz.Targets;

/// <summary>Opens a Hugging Face folder whose <c>config.json</c> is the input.</summary>
internal sealed class CheckpointConfigTarget : IFuzzTarget
{
    private const string Common = """
        "hidden_size": 8, "intermediate_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1, "vocab_size": 10, "max_position_embeddings": 32, "rms_norm_eps": 1e-5, "bos_token_id": 1, "eos_token_id": [2, 3]
        """;

    private readonly ScratchFolder _folder = new();

    public CheckpointConfigTarget() => _folder.Write("model.safetensors", SafetensorsSeeds.All(_folder)[0]);

    public string Name => "checkpoint-config";

    public bool IsJson => true;

    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            $$"""{"model_type": "llama", {{Common}}, "hidden_act": "silu", "tie_word_embeddings": true, "rope_theta": 10000.0, "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 16} }""",
            $$"""{"model_type": "qwen3", {{Common}}, "hidden_act": "silu", "head_dim": 4, "attention_bias": false, "use_sliding_window": false}""",
            $$"""{"model_type": "mistral", {{Common}}, "hidden_act": "silu", "sliding_window": 16}""",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public IReadOnlyList<byte[]> Words { get; } =
    [
        .. new[]
        {
            "model_type", "hidden_size", "num_attention_heads", "num_key_value_heads", "head_dim", "vocab_size", "rope_scaling", "rope_parameters", "rope_type", "linear", "llama3", "yarn", "factor", "layer_types", "sliding_attention", "quantization_config",
            "llama", "mistral", "qwen2", "qwen3", "gemma2", "gemma3_text", "phi3", "gpt2", "gpt_neox", "silu", "gelu_pytorch_tanh", "sliding_window", "eos_token_id", "n_embd", "n_head", "n_layer",
        }.Select(Encoding.ASCII.GetBytes),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        _folder.Write("config.json", input);
        using var checkpoint = Checkpoint.Open(_folder.Path);
        _ = checkpoint.Config.ToString();
    }

    public void Dispose() => _folder.Dispose();
}
