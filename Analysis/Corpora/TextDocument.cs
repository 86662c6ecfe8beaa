using System.Buffers;
using System.Text.Json;

namespace Steering.Analysis.Corpora;

/// <summary>One document of a corpus: a text, or a conversation.</summary>
public sealed record TextDocument
{
    /// <summary>Number of the document in the corpus, from 0.</summary>
    public required long Number { get; init; }

    /// <summary>Where it stands, for messages: the file and, where it has lines, the line.</summary>
    public required string Place { get; init; }

    /// <summary>Its text; empty for a conversation.</summary>
    public string Text { get; init; } = string.Empty;

    /// <summary>Its messages; empty for a text.</summary>
    public IReadOnlyList<ConversationTurn> Messages { get; init; } = [];
}

/// <summary>One turn of a conversation, as a text file holds it.</summary>
/// <param name="Role">As the chat template knows it: <c>system</c>, <c>user</c>, <c>assistant</c>, <c>tool</c>.</param>
/// <param name="Content">Its text; of several parts, those that are text.</param>
public readonly record struct ConversationTurn(string Role, string Content)
{
    /// <summary>The whole message as JSON, where it holds more than a role and a text (<c>tool_calls</c>, <c>name</c>, parts): the template is given all of it. Null otherwise.</summary>
    public string? Json { get; init; }

    /// <summary>A conversation as chat templates are given it.</summary>
    /// <param name="turns">Its turns.</param>
    /// <returns>An array of messages.</returns>
    public static JsonElement ToMessages(IReadOnlyList<ConversationTurn> turns)
    {
        ArgumentNullException.ThrowIfNull(turns);
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var turn in turns)
            {
                if (turn.Json is { } json)
                {
                    writer.WriteRawValue(json);
                    continue;
                }

                writer.WriteStartObject();
                writer.WriteString("role", turn.Role);
                writer.WriteString("content", turn.Content);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }
}
