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

        return [.. value.EnumerateArray().Select((message, index) => Turn(message, string.Create(CultureInfo.InvariantCulture, $"{place}: message {index}")))];
    }

    private static ConversationTurn Turn(JsonElement message, string place)
    {
        if (message.ValueKind != JsonValueKind.Object || !message.TryGetProperty("role", out var role) || role.ValueKind != JsonValueKind.String)
        {
            throw new SteeringException($"{place} has no text 'role'. Every message needs role and content.");
        }

        var content = message.TryGetProperty("content", out var found) ? found : default;
        var calls = message.TryGetProperty("tool_calls", out var tools) && tools.ValueKind == JsonValueKind.Array && tools.GetArrayLength() > 0;
        var text = content.ValueKind switch
        {
            JsonValueKind.String => content.GetString()!,
            JsonValueKind.Array => string.Concat(content.EnumerateArray().Select(part => part.ValueKind == JsonValueKind.Object && part.TryGetProperty("text", out var words) && words.ValueKind == JsonValueKind.String ? words.GetString() : null)),
            JsonValueKind.Null or JsonValueKind.Undefined when calls => string.Empty,
            _ => throw new SteeringException($"{place} has no text 'content'. Every message needs role and content, or tool_calls."),
        };
        var isPlain = content.ValueKind == JsonValueKind.String && message.EnumerateObject().All(property => property.Name is "role" or "content");
        return new ConversationTurn(role.GetString()!, text) { Json = isPlain ? null : message.GetRawText() };
    }

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.GetArrayLength() == 0 ? "an empty list" : "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.Number => "a number",
        JsonValueKind.String => "a text",
        var kind => kind.ToString().ToLowerInvariant(),
    };
}
