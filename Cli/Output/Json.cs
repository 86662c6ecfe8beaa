using System.Text.Encodings.Web;
using System.Text.Json;

namespace Steering.Cli.Output;

/// <summary>Writes one JSON object as one line.</summary>
internal static class Json
{
    // Results go to a file or a program, never into a web page: text stays readable.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the object that <paramref name="fields"/> fills.</summary>
    public static void Write(TextWriter output, Action<Utf8JsonWriter> fields)
    {
        using var memory = new MemoryStream();
        using (var writer = new Utf8JsonWriter(memory, Options))
        {
            writer.WriteStartObject();
            fields(writer);
            writer.WriteEndObject();
        }

        output.WriteLine(System.Text.Encoding.UTF8.GetString(memory.GetBuffer(), 0, (int)memory.Length));
    }

    /// <summary>A field with an array of numbers.</summary>
    public static void WriteNumbers(this Utf8JsonWriter writer, string name, IEnumerable<int> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
        {
            writer.WriteNumberValue(value);
        }

        writer.WriteEndArray();
    }

    /// <summary>A field with a number rounded to a readable length.</summary>
    public static void WriteRounded(this Utf8JsonWriter writer, string name, double value, int digits) =>
        writer.WriteNumber(name, Math.Round(value, digits));
}
