using System.Text;
using System.Text.Json;
using Steering.IO;

namespace Steering.Cli.CommandLine;

/// <summary>Reads the messages of a chat: a JSON array of objects with <c>role</c> and <c>content</c>.</summary>
internal static class MessagesFile
{
    private const int LargestFile = 16 << 20;

    private static readonly string[] Roles = ["system", "developer", "user", "assistant", "tool"];

    /// <summary>Reads the messages.</summary>
    /// <param name="path">The file, or <c>-</c> for <paramref name="input"/>.</param>
    /// <param name="input">Standard input.</param>
    /// <exception cref="SteeringException">The file is missing or not of this form.</exception>
    public static IReadOnlyList<(string Role, string Content)> Read(string path, TextReader input)
    {
        var fromInput = string.Equals(path, "-", StringComparison.Ordinal);
        var bytes = fromInput ? Encoding.UTF8.GetBytes(input.ReadToEnd()) : ReadableFile.ReadAllBytes(path, LargestFile);
        return Parse(bytes, fromInput ? "The messages on standard input" : path);
    }

    private static List<(string Role, string Content)> Parse(byte[] json, string source)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Array || document.RootElement.GetArrayLength() == 0)
            {
                throw Refusal(source, "it must be a JSON array with at least one message");
            }

            return [.. document.RootElement.EnumerateArray().Index().Select(message => Message(message.Item, source, message.Index))];
        }
        catch (JsonException exception)
        {
            throw new SteeringException($"{source} is no JSON: {JsonReason.Of(exception)}", exception);
        }
    }

    private static (string Role, string Content) Message(JsonElement element, string source, int index)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Refusal(source, $"message {index} is no object");
        }

        foreach (var property in element.EnumerateObject().Select(property => property.Name))
        {
            if (property is not ("role" or "content"))
            {
                throw Refusal(source, $"message {index} has the unknown field '{property}'");
            }
        }

        var role = Text(element, "role", source, index);
        return Roles.Contains(role, StringComparer.Ordinal)
            ? (role, Text(element, "content", source, index))
            : throw Refusal(source, $"message {index} has the role '{role}', did you mean {Suggestions.For(role, Roles, 1)}? Roles are {string.Join(", ", Roles)}");
    }

    private static string Text(JsonElement element, string field, string source, int index) =>
        element.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { } text
            ? text
            : throw Refusal(source, $"message {index} needs the text field '{field}'");

    private static SteeringException Refusal(string source, string problem) =>
        new($"{source} holds no chat messages: {problem}. Expected [{{\"role\": \"user\", \"content\": \"…\"}}].");
}
