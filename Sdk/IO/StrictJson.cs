using System.Text.Json;

namespace Steering.IO;

/// <summary>JSON from outside files: bounded nesting, unique keys, valid Unicode.</summary>
public static class StrictJson
{
    /// <summary>Levels of nesting that configurations are allowed by default.</summary>
    public const int DefaultDepth = 32;

    /// <summary>Parses a document and reads every text in it once.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="utf8">Its bytes.</param>
    /// <param name="maximumDepth">Levels of nesting.</param>
    /// <returns>The document; the caller disposes of it.</returns>
    /// <exception cref="SteeringException">It is not such JSON.</exception>
    public static JsonDocument Parse(string path, ReadOnlyMemory<byte> utf8, int maximumDepth = DefaultDepth)
    {
        JsonDocument? document = null;
        try
        {
            document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = maximumDepth, AllowDuplicateProperties = false });
            CheckTexts(document.RootElement);
            return document;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            document?.Dispose();
            throw new SteeringException($"{path} is not valid JSON: {JsonReason.Of(failure)}", failure);
        }
    }

    /// <summary>The parser lets ill-formed Unicode pass until a text is read, and then throws what no caller expects.</summary>
    private static void CheckTexts(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    _ = property.Name;
                    CheckTexts(property.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    CheckTexts(item);
                }

                break;
            case JsonValueKind.String:
                _ = element.GetString();
                break;
        }
    }
}
