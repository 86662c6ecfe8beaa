using System.Buffers;
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

    /// <summary>
    /// Puts the numbers that Python's json writes and JSON has not (NaN, Infinity, -Infinity) into quotes: where such a key is read as
    /// a number it is refused, and where it is a note it does no harm.
    /// </summary>
    /// <param name="utf8">A document.</param>
    /// <returns>The same bytes where there is none.</returns>
    internal static ReadOnlyMemory<byte> WithPythonNumbers(ReadOnlyMemory<byte> utf8)
    {
        var source = utf8.Span;
        if (source.IndexOf("NaN"u8) < 0 && source.IndexOf("Infinity"u8) < 0)
        {
            return utf8;
        }

        var result = new ArrayBufferWriter<byte>(source.Length + 64);
        for (var at = 0; at < source.Length;)
        {
            var rest = source[at..];
            var length = rest[0] == (byte)'"' ? Quoted(rest)
                : rest.StartsWith("NaN"u8) ? 3
                : rest.StartsWith("Infinity"u8) ? 8
                : rest.StartsWith("-Infinity"u8) ? 9
                : 1;
            var isNumber = length > 1 && rest[0] != (byte)'"';
            if (isNumber)
            {
                result.Write("\""u8);
            }

            result.Write(rest[..length]);
            if (isNumber)
            {
                result.Write("\""u8);
            }

            at += length;
        }

        return result.WrittenMemory;

        static int Quoted(ReadOnlySpan<byte> rest)
        {
            for (var at = 1; at < rest.Length; at++)
            {
                if (rest[at] == (byte)'\\')
                {
                    at++;
                }
                else if (rest[at] == (byte)'"')
                {
                    return at + 1;
                }
            }

            return rest.Length;
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
