using System.Globalization;
using System.Text.Json;
using Steering.IO;

namespace Steering.Analysis.Corpora;

/// <summary>Documents of JSON lines: an object on every line, with the text, or the messages, in a named field. Empty lines are no documents.</summary>
internal static class JsonLinesReader
{
    private const int MaximumDepth = 64;

    public static IEnumerable<TextDocument> Read(Stream stream, string name, string field, TextCorpusOptions options)
    {
        var lines = new Utf8Lines(stream, name, options.MaximumBytes);
        for (long number = 0; lines.TryRead(out var line);)
        {
            if (!line.Span.ContainsAnyExcept(" \t"u8))
            {
                continue;
            }

            var place = string.Create(CultureInfo.InvariantCulture, $"{name}, line {lines.Number}");
            using var document = StrictJson.Parse(place, line, MaximumDepth);
            var value = Field(document.RootElement, field, place);
            yield return options.Chat
                ? new TextDocument { Number = number++, Place = place, Messages = Messages(value, field, place) }
                : new TextDocument { Number = number++, Place = place, Text = Text(value, field, place) };
        }
    }

    private static JsonElement Field(JsonElement root, string field, string place)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new SteeringException($"{place} holds a JSON {root.ValueKind}; an object with the field '{field}' was expected.");
        }

        return root.TryGetProperty(field, out var value)
            ? value
            : throw new SteeringException($"{place} has no field '{field}'; its fields are {string.Join(", ", root.EnumerateObject().Select(property => property.Name).Take(12))}. Name the field that holds the text.");
    }

    private static string Text(JsonElement value, string field, string place) => value.ValueKind == JsonValueKind.String
        ? value.GetString()!
        : throw new SteeringException($"{place}: the field '{field}' holds {Kind(value)}; a text was expected.{(value.ValueKind == JsonValueKind.Array ? " If it holds messages, read the file as chat." : string.Empty)}");

    private static ConversationTurn[] Messages(JsonElement value, string field, string place)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
        {
            throw new SteeringException($"{place}: the field '{field}' holds {Kind(value)}; messages were expected: [{{\"role\": \"user\", \"content\": \"…\"}}, …].");
        }

        return [.. value.EnumerateArray().Select((message, index) => new ConversationTurn(Part(message, "role", index, place), Part(message, "content", index, place)))];
    }

    private static string Part(JsonElement message, string part, int index, string place) =>
        message.ValueKind == JsonValueKind.Object && message.TryGetProperty(part, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{place}: message {index} has no text '{part}'. Every message needs role and content."));

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.GetArrayLength() == 0 ? "an empty list" : "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.Number => "a number",
        JsonValueKind.String => "a text",
        var kind => kind.ToString().ToLowerInvariant(),
    };
}
