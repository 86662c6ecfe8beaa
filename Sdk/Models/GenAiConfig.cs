using System.Text.Json;
using Steering.IO;

namespace Steering.Models;

/// <summary>The parts of <c>genai_config.json</c> that this library needs itself.</summary>
internal sealed record GenAiConfig
{
    public const string FileName = "genai_config.json";

    private const int LargestFile = 1 << 20;

    public required string ModelType { get; init; }

    public required string GraphFile { get; init; }

    public required int ContextLength { get; init; }

    public required int VocabularySize { get; init; }

    public required int BlockCount { get; init; }

    public required int KeyValueHeadCount { get; init; }

    public required int HeadSize { get; init; }

    public required IReadOnlyList<int> EosTokenIds { get; init; }

    public int? BosTokenId { get; init; }

    public GraphNames Names { get; init; } = new();

    public static GenAiConfig Load(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!Directory.Exists(folder))
        {
            throw new SteeringException($"The model folder {folder} does not exist. Make one with 'steer import SOURCE {folder}'.");
        }

        if (!File.Exists(path))
        {
            throw new SteeringException($"{folder} is not a GenAI model folder: it holds no {FileName}. Make one from a checkpoint with 'steer import'.");
        }

        if (new FileInfo(path).Length > LargestFile)
        {
            throw new SteeringException($"{path} is {new FileInfo(path).Length} bytes; a GenAI configuration is at most {LargestFile}.");
        }

        try
        {
            using var document = JsonDocument.Parse(ReadableFile.ReadAllBytes(path, LargestFile), new JsonDocumentOptions { MaxDepth = 32 });
            var model = document.RootElement.GetProperty("model");
            var decoder = model.GetProperty("decoder");
            return new GenAiConfig
            {
                ModelType = model.GetProperty("type").GetString() ?? throw new JsonException("model.type is null"),
                GraphFile = decoder.GetProperty("filename").GetString() ?? throw new JsonException("model.decoder.filename is null"),
                ContextLength = model.GetProperty("context_length").GetInt32(),
                VocabularySize = model.GetProperty("vocab_size").GetInt32(),
                BlockCount = decoder.GetProperty("num_hidden_layers").GetInt32(),
                KeyValueHeadCount = decoder.GetProperty("num_key_value_heads").GetInt32(),
                HeadSize = decoder.GetProperty("head_size").GetInt32(),
                EosTokenIds = TokenIds(model, "eos_token_id"),
                BosTokenId = TokenIds(model, "bos_token_id") is [var bos, ..] ? bos : null,
                Names = GraphNames.Read(decoder),
            };
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new SteeringException($"{path} cannot be used: {exception.Message} It needs model.type, context_length, vocab_size, eos_token_id and decoder.filename, num_hidden_layers, num_key_value_heads, head_size.", exception);
        }
    }

    private static int[] TokenIds(JsonElement model, string name)
    {
        if (!model.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        return value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(item => item.GetInt32())] : [value.GetInt32()];
    }
}
