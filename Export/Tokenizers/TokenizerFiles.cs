using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Steering.Export.Checkpoints;
using Steering.IO;
using Steering.Templates;
using Steering.Tensors;

namespace Steering.Export.Tokenizers;

/// <summary>Brings the tokenizer of a checkpoint into a model folder.</summary>
internal static class TokenizerFiles
{
    private const string ConfigName = "tokenizer_config.json";
    private const int LargestConfig = 64 << 20;

    private static readonly string[] Copied =
    [
        "tokenizer.json",
        "tokenizer_config.json",
        "special_tokens_map.json",
        "added_tokens.json",
        "vocab.json",
        "merges.txt",
        "chat_template.jinja",
        "generation_config.json",
    ];

    /// <summary>Rebuilds (GGUF) or copies (Hugging Face folder) the files.</summary>
    /// <param name="checkpoint">The checkpoint: a <c>.gguf</c> file, a <c>.safetensors</c> file, or a folder.</param>
    /// <param name="folder">The model folder.</param>
    /// <returns>Whether the folder now holds a <c>tokenizer.json</c>.</returns>
    /// <exception cref="SteeringException">A file cannot be read, or a chat template is none: it would only fail in the first chat.</exception>
    public static bool Write(string checkpoint, string folder)
    {
        if (checkpoint.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase))
        {
            using var file = GgufFile.Open(checkpoint);
            GgufTokenizer.Write(file, folder);
            return true;
        }

        var from = Directory.Exists(checkpoint) ? checkpoint : Path.GetDirectoryName(Path.GetFullPath(checkpoint))!;
        ChatTemplates.Load(from).Check();
        var more = Path.Combine(from, ChatTemplates.MoreFolder);
        if (Directory.Exists(more))
        {
            Directory.CreateDirectory(Path.Combine(folder, ChatTemplates.MoreFolder));
        }

        var templates = Directory.Exists(more) ? Directory.GetFiles(more, "*.jinja").Select(path => Path.GetRelativePath(from, path)) : [];
        foreach (var name in Copied.Where(name => File.Exists(Path.Combine(from, name))).Concat(templates))
        {
            // The content without the source's access rights: a read-only checkpoint must not make a folder that cannot be changed.
            AtomicFile.Write(Path.Combine(folder, name), stream =>
            {
                using var source = ReadableFile.Open(Path.Combine(from, name));
                source.CopyTo(stream);
            });
        }

        KeepPlain(from, folder);

        return File.Exists(Path.Combine(folder, "tokenizer.json"));
    }

    /// <summary>
    /// The class LlamaTokenizer outweighs tokenizer.json for a llama or mistral alone (TextTokenizer). The model folder does not say what
    /// the checkpoint was, so of others the class becomes the one that takes tokenizer.json as it stands.
    /// </summary>
    private static void KeepPlain(string from, string folder)
    {
        var path = Path.Combine(folder, ConfigName);
        if (!File.Exists(path) || !File.Exists(Path.Combine(from, HuggingFaceConfig.FileName)) || ConfigJson.Read(Path.Combine(from, HuggingFaceConfig.FileName)).OptionalText("model_type") is null or "llama" or "mistral")
        {
            return;
        }

        using var document = StrictJson.Parse(path, ReadableFile.ReadAllBytes(path, LargestConfig), maximumDepth: 64);
        if (document.RootElement.ValueKind == JsonValueKind.Object && JsonObject.Create(document.RootElement.Clone()) is { } config
            && config["tokenizer_class"] is JsonValue named && named.TryGetValue(out string? name) && name is "LlamaTokenizer" or "LlamaTokenizerFast")
        {
            config["tokenizer_class"] = "PreTrainedTokenizerFast";
            AtomicFile.WriteAllText(path, config.ToJsonString(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        }
    }
}
