using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Steering.Analysis.Experiments;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ExperimentResult))]
internal sealed partial class ExperimentJsonContext : JsonSerializerContext
{
    public static ExperimentJsonContext Indented { get; } = new(Settings(indented: true));

    public static ExperimentJsonContext OneLine { get; } = new(Settings(indented: false));

    // Results go to a file or a program, never into a web page: text stays readable.
    private static JsonSerializerOptions Settings(bool indented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = indented,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter<ConditionKind>(JsonNamingPolicy.CamelCase), new JsonStringEnumConverter<JudgeAim>(JsonNamingPolicy.CamelCase) },
    };
}
