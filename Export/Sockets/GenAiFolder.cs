using System.Text.Json;
using Steering.IO;

namespace Steering.Export.Sockets;

/// <summary>What <c>genai_config.json</c> says of the graph in a model folder, as far as sockets need it.</summary>
internal sealed record GenAiFolder
{
    public const string FileName = "genai_config.json";

    private const int LargestFile = 1 << 20;

    public required string GraphFile { get; init; }

    public required string ModelType { get; init; }

    public required GraphInterface Names { get; init; }

    public required ModelFacts Facts { get; init; }

    public static GenAiFolder Load(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            throw new SteeringException($"{folder} is not a GenAI model folder: it holds no {FileName}. Make one from a checkpoint with 'steer import'.");
        }

        try
        {
            using var document = JsonDocument.Parse(ReadableFile.ReadAllBytes(path, LargestFile), new JsonDocumentOptions { MaxDepth = 32 });
            var model = document.RootElement.GetProperty("model");
            var decoder = model.GetProperty("decoder");
            if (decoder.TryGetProperty("pipeline", out _))
            {
                throw new SteeringException($"{path} describes a decoder of several graphs (model.decoder.pipeline); sockets need it in one. Export the model as one graph.");
            }

            var names = GraphInterface.Default;
            return new GenAiFolder
            {
                GraphFile = FileNameIn(folder, Text(decoder, "filename") ?? "model.onnx"),
                ModelType = Text(model, "type") ?? "unknown",
                Names = new GraphInterface
                {
                    InputIds = Text(decoder, "inputs", "input_ids") ?? names.InputIds,
                    AttentionMask = Text(decoder, "inputs", "attention_mask") ?? names.AttentionMask,
                    PositionIds = Text(decoder, "inputs", "position_ids") ?? names.PositionIds,
                    Logits = Text(decoder, "outputs", "logits") ?? names.Logits,
                },
                Facts = new ModelFacts { BlockCount = Number(decoder, "num_hidden_layers"), HiddenSize = Number(decoder, "hidden_size") },
            };
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new SteeringException($"{path} cannot be used: {failure.Message} A GenAI configuration with model.decoder was expected.", failure);
        }
    }

    /// <summary>A file name as the manifest can hold it: in the folder itself.</summary>
    public static string FileNameIn(string folder, string name)
    {
        ContainedPath.Resolve(folder, name, Path.GetPathRoot(Path.GetFullPath(folder)));
        return name.Contains('/', StringComparison.Ordinal)
            ? throw new SteeringException($"The file '{name}' lies in a sub-folder of {folder}; the graph and its weights were expected in the folder itself. Move them there and correct what names them.")
            : name;
    }

    private static string? Text(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (!element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element.GetString();
    }

    private static int? Number(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetInt32() : null;
}
