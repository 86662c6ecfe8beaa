using System.Text;
using Steering.Models;

namespace Steering.Fuzz.Targets;

/// <summary>Loads <c>genai_config.json</c> of a folder.</summary>
internal sealed class GenAiConfigTarget : IFuzzTarget
{
    private readonly ScratchFolder _folder = new();

    public string Name => "genai-config";

    public bool IsJson => true;

    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        """
        {"model": {"type": "llama", "context_length": 2048, "vocab_size": 64, "bos_token_id": 1, "eos_token_id": [2, 3],
         "decoder": {"filename": "model.onnx", "num_hidden_layers": 4, "num_key_value_heads": 2, "num_attention_heads": 4, "head_size": 16, "hidden_size": 64}}, "search": {"max_length": 2048}}
        """u8.ToArray(),
    ];

    public IReadOnlyList<byte[]> Words { get; } =
        [.. new[] { "model", "type", "context_length", "vocab_size", "eos_token_id", "bos_token_id", "decoder", "filename", "num_hidden_layers", "num_key_value_heads", "head_size", "../model.onnx" }.Select(Encoding.ASCII.GetBytes)];

    public void Run(ReadOnlySpan<byte> input)
    {
        _folder.Write(GenAiConfig.FileName, input);
        _ = GenAiConfig.Load(_folder.Path);
    }

    public void Dispose() => _folder.Dispose();
}
