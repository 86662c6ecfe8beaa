using System.Text.Json;
using System.Text.Json.Serialization;
using Steering.IO;

namespace Steering.Training.Trainer;

/// <summary>Training options as a JSON file; the keys are the properties' names in camel case.</summary>
public static class TrainingOptionsJson
{
    private const int LargestFile = 1 << 20;

    private static readonly JsonSerializerOptions Settings = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        WriteIndented = false,
        RespectNullableAnnotations = true,
        AllowOutOfOrderMetadataProperties = true,
        IgnoreReadOnlyProperties = true,
    };

    /// <summary>Reads options.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="SteeringException">It is no such JSON; unknown keys are refused by name.</exception>
    public static TrainingOptions Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Parse(path, ReadableFile.ReadAllBytes(path, LargestFile));
    }

    /// <summary>Reads options from UTF-8 text.</summary>
    /// <param name="name">Where it came from, for messages.</param>
    /// <param name="utf8">The text.</param>
    /// <exception cref="SteeringException">As for <see cref="Load"/>.</exception>
    public static TrainingOptions Parse(string name, ReadOnlyMemory<byte> utf8)
    {
        using var document = StrictJson.Parse(name, utf8);
        try
        {
            return document.RootElement.Deserialize<TrainingOptions>(Settings)
                ?? throw new SteeringException($"{name} holds null; expected an object of training options.");
        }
        catch (JsonException failure)
        {
            throw new SteeringException($"{name} holds no training options: {JsonReason.Of(failure, Keys)}", failure);
        }
    }

    /// <summary>The options as one line of JSON.</summary>
    public static string Serialize(TrainingOptions options) => JsonSerializer.Serialize(options, Settings);

    private static IEnumerable<string> Keys(string type) => typeof(TrainingOptions).Assembly.GetType(type) is { } known
        ? Settings.GetTypeInfo(known).Properties.Where(property => property.Set is not null).Select(property => property.Name)
        : [];
}
