using System.Text.Json;
using Steering.Export.Onnx;

namespace Steering.Tests.Export.Sockets;

/// <summary>Test decoders as GenAI folders on disk.</summary>
internal static class ModelFolders
{
    /// <summary>Writes a Llama graph, its weights beside it, and the files GenAI wants.</summary>
    public static string Write(string folder, DecoderShape shape, Action<GraphBuilder>? change = null, Action<Dictionary<string, object>>? configure = null)
    {
        Directory.CreateDirectory(folder);
        var graph = LlamaGraph.Build(shape);
        change?.Invoke(graph);
        OnnxModelFile.Save(graph, Path.Combine(folder, "model.onnx"));
        var decoder = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["filename"] = "model.onnx",
            ["hidden_size"] = shape.Hidden,
            ["num_hidden_layers"] = shape.Blocks,
            ["inputs"] = new Dictionary<string, string>(StringComparer.Ordinal) { ["input_ids"] = "input_ids", ["attention_mask"] = "attention_mask" },
            ["outputs"] = new Dictionary<string, string>(StringComparer.Ordinal) { ["logits"] = "logits" },
        };
        configure?.Invoke(decoder);
        File.WriteAllText(Path.Combine(folder, "genai_config.json"), JsonSerializer.Serialize(new { model = new { type = "llama", decoder } }));
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), "{}");
        Directory.CreateDirectory(Path.Combine(folder, "extra"));
        File.WriteAllText(Path.Combine(folder, "extra", "notes.txt"), "notes");
        return folder;
    }
}
