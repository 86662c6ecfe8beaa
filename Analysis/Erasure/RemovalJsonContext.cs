using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Steering.Analysis.Erasure;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RemovalResult))]
internal sealed partial class RemovalJsonContext : JsonSerializerContext
{
    public static RemovalJsonContext Indented { get; } = new(Settings(indented: true));

    public static RemovalJsonContext OneLine { get; } = new(Settings(indented: false));

    // As in the results of experiments: for files and programs, never a web page.
    private static JsonSerializerOptions Settings(bool indented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = indented,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter<RemovalMethod>(JsonNamingPolicy.CamelCase) },
    };
}
