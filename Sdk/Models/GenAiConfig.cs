using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Steering.IO;

namespace Steering.Models;

/// <summary>The parts of <c>genai_config.json</c> that this library needs itself.</summary>
internal sealed record GenAiConfig
{
    public const string FileName = "genai_config.json";

    private const int LargestFile = 1 << 20;
    private const string OperatorsOfDecoder = "model.decoder.session_options.custom_ops_library";

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

    /// <summary>Whether the model is a decoder alone, without an encoder or a pipeline of graphs.</summary>
    public bool IsDecoderOnly { get; init; } = true;

    /// <summary>The libraries that the document would have loaded.</summary>
    public IReadOnlyList<NamedLibrary> Libraries { get; init; } = [];

    /// <summary>Full paths of the decoder's own custom operators, which a session of this library must register too.</summary>
    public IReadOnlyList<string> CustomOperators { get; init; } = [];

    /// <summary>Reads a folder that is to be run: its libraries must be allowed, and its graph must be what it says.</summary>
    /// <exception cref="SteeringException">As for <see cref="Load"/>; or a library is not allowed, or the graph is another.</exception>
    public static GenAiConfig LoadToRun(string folder, SteerableModelOptions options)
    {
        var config = Load(folder);
        var path = Path.Combine(folder, FileName);
        GenAiConfigCheck.RequireAllowed(path, config.Libraries, options.AllowCustomOperators);
        if (options.Threads is < 0 or > GenAiConfigCheck.MostThreads)
        {
            throw new SteeringException($"Threads is {options.Threads}; it must be 0, for ONNX Runtime's choice, to {GenAiConfigCheck.MostThreads}.");
        }

        GraphAgreement.Check(folder, config);
        return config with
        {
            CustomOperators = [.. config.Libraries.Where(library => library.Place == OperatorsOfDecoder).Select(library => GenAiConfigCheck.RequireInside(path, library.Place, library.Name))],
        };
    }

    /// <summary>Reads and checks a folder's configuration; nothing that it names is opened.</summary>
    /// <exception cref="SteeringException">There is none, or it is not one; the message names the folder and the field.</exception>
    public static GenAiConfig Load(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (File.Exists(folder))
        {
            throw new SteeringException($"{folder} is a file; a model folder was expected. Make one of a checkpoint with 'steer import {folder} OUT'.");
        }

        if (!Directory.Exists(folder))
        {
            throw new SteeringException($"The model folder {folder} does not exist. Make one with 'steer import SOURCE {folder}'.");
        }

        if (!File.Exists(path))
        {
            throw new SteeringException($"{folder} is not a GenAI model folder: it holds no {FileName}. Make one from a checkpoint with 'steer import'.");
        }

        // Pipes and devices have no length either, and reading one would wait for whoever writes to it.
        if (new FileInfo(path).Length is var length && length is 0 or > LargestFile)
        {
            throw new SteeringException($"{path} is {length} bytes; a GenAI configuration is a plain file of 1 to {LargestFile}.");
        }

        try
        {
            using var document = StrictJson.Parse(path, ReadableFile.ReadAllBytes(path, LargestFile));
            var libraries = GenAiConfigCheck.Run(path, document.RootElement);
            var model = Member(document.RootElement, "model", JsonValueKind.Object);
            var decoder = Member(model, "model.decoder", JsonValueKind.Object);
            var vocabulary = Whole(model, "model.vocab_size");
            _ = TokenIds(path, model, "pad_token_id", -1, vocabulary);
            return new GenAiConfig
            {
                ModelType = Member(model, "model.type", JsonValueKind.String).GetString()!,
                GraphFile = GraphFileOf(path, Member(decoder, "model.decoder.filename", JsonValueKind.String).GetString()!),
                ContextLength = Whole(model, "model.context_length"),
                VocabularySize = vocabulary,
                BlockCount = Whole(decoder, "model.decoder.num_hidden_layers"),
                KeyValueHeadCount = Whole(decoder, "model.decoder.num_key_value_heads"),
                HeadSize = Whole(decoder, "model.decoder.head_size"),
                EosTokenIds = TokenIds(path, model, "eos_token_id", 0, vocabulary),
                BosTokenId = TokenIds(path, model, "bos_token_id", -1, vocabulary) is [>= 0 and var bos, ..] ? bos : null,
                Names = GraphNames.Read(decoder),
                IsDecoderOnly = !model.TryGetProperty("encoder", out _) && !decoder.TryGetProperty("pipeline", out _),
                Libraries = libraries,
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw new SteeringException($"{path} cannot be used: {exception.Message} It needs model.type, context_length, vocab_size, eos_token_id and decoder.filename, num_hidden_layers, num_key_value_heads, head_size.", exception);
        }
    }

    /// <summary>Registers the custom operators with a session of this library, as GenAI does with its own.</summary>
    public void Register(SessionOptions session)
    {
        foreach (var library in CustomOperators)
        {
            session.RegisterCustomOpLibrary(library);
        }
    }

    private static string GraphFileOf(string path, string name)
    {
        GenAiConfigCheck.RequireInside(path, "model.decoder.filename", name);
        return name;
    }

    private static JsonElement Member(JsonElement parent, string place, JsonValueKind kind)
    {
        var given = parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(place[(place.LastIndexOf('.') + 1)..], out var value) ? value : default;
        return given.ValueKind == kind ? given
            : throw new InvalidOperationException(given.ValueKind == JsonValueKind.Undefined ? $"{place} is missing." : $"{place} is {Shorten(given.GetRawText())}; {(kind == JsonValueKind.Object ? "an object" : kind == JsonValueKind.Number ? "a number" : "a text")} was expected.");
    }

    private static int Whole(JsonElement parent, string place)
    {
        var value = Member(parent, place, JsonValueKind.Number);
        return value.TryGetInt32(out var number) && number > 0 ? number : throw new InvalidOperationException($"{place} is {Shorten(value.GetRawText())}; a whole number above 0 was expected.");
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "…";

    private static int[] TokenIds(string path, JsonElement model, string name, int lowest, int vocabulary)
    {
        if (!model.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        return value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(Id)] : [Id(value)];

        // GenAI takes an id for an index into the logits.
        int Id(JsonElement item) => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var id) && id >= lowest && id < vocabulary
            ? id
            : throw GenAiConfigCheck.Refuse(path, $"model.{name}", item.GetRawText(), $"a token id below model.vocab_size, which is {vocabulary}");
    }
}
