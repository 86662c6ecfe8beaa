using System.Text;
using System.Text.Json;
using Steering.IO;

namespace Steering.Concepts;

/// <summary>The JSON part of a concept file: the concepts and what they were measured on. Unknown fields are refused.</summary>
internal static class ConceptDescription
{
    private const int Sha256Digits = 64;
    private static readonly string[] Fields = ["concepts", "sae_sha256", "site", "model", "model_sha256", "corpus", "pooling", "tokens", "tokens_left_out"];

    public static string Write(ConceptOrigin origin, IReadOnlyList<Concept> concepts)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteStartArray("concepts");
            foreach (var concept in concepts)
            {
                json.WriteStartObject();
                json.WriteString("name", concept.Name);
                json.WriteNumber("observations", concept.Observations);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("sae_sha256", origin.SaeSha256);
            json.WriteString("site", origin.Site);
            Text(json, "model", origin.ModelName);
            Text(json, "model_sha256", origin.ModelSha256);
            Text(json, "corpus", origin.Corpus);
            json.WriteString("pooling", JsonNamingPolicy.CamelCase.ConvertName(origin.Pooling.ToString()));
            json.WriteNumber("tokens", origin.Tokens);
            json.WriteNumber("tokens_left_out", origin.TokensLeftOut);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    public static (ConceptOrigin Origin, IReadOnlyList<Concept> Concepts) Read(string place, byte[] utf8)
    {
        using var document = StrictJson.Parse(place, utf8);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new SteeringException($"{place} is no JSON object. Fit the concepts again with 'steer concept fit'.");
        }

        foreach (var field in root.EnumerateObject())
        {
            if (!Fields.Contains(field.Name, StringComparer.Ordinal))
            {
                throw new SteeringException($"{place}: unknown field '{field.Name}'; expected {string.Join(", ", Fields)}.");
            }
        }

        var sae = Required(root, "sae_sha256", place);
        if (sae.Length != Sha256Digits || !sae.All(char.IsAsciiHexDigit))
        {
            throw new SteeringException($"{place}: 'sae_sha256' is no SHA-256 of {Sha256Digits} hexadecimal digits.");
        }

        var pooling = Required(root, "pooling", place);
        var known = Enum.GetValues<ConceptPooling>().ToDictionary(value => JsonNamingPolicy.CamelCase.ConvertName(value.ToString()), StringComparer.Ordinal);
        return (
            new ConceptOrigin
            {
                SaeSha256 = sae,
                Site = Required(root, "site", place),
                ModelName = Optional(root, "model", place),
                ModelSha256 = Optional(root, "model_sha256", place),
                Corpus = Optional(root, "corpus", place),
                Pooling = known.TryGetValue(pooling, out var value) ? value : throw new SteeringException($"{place}: unknown pooling '{pooling}'; known are {string.Join(", ", known.Keys)}."),
                Tokens = Count(root, "tokens", place),
                TokensLeftOut = Count(root, "tokens_left_out", place),
            },
            Concepts(root, place));
    }

    private static Concept[] Concepts(JsonElement root, string place)
    {
        if (!root.TryGetProperty("concepts", out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > ConceptStatisticsCheck.MaximumConcepts || list.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.Object))
        {
            throw new SteeringException($"{place}: 'concepts' must be a list of at most {ConceptStatisticsCheck.MaximumConcepts} objects with name and observations.");
        }

        return [.. list.EnumerateArray().Select(item => new Concept(Required(item, "name", place), Count(item, "observations", place)))];
    }

    private static string Required(JsonElement root, string field, string place) =>
        Optional(root, field, place) ?? throw new SteeringException($"{place}: the field '{field}' is missing.");

    private static string? Optional(JsonElement root, string field, string place) =>
        !root.TryGetProperty(field, out var value) ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw new SteeringException($"{place}: the field '{field}' must be text.");

    private static long Count(JsonElement root, string field, string place) =>
        root.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= 0
            ? number
            : throw new SteeringException($"{place}: the field '{field}' must be a whole number of at least 0.");

    private static void Text(Utf8JsonWriter json, string field, string? text)
    {
        if (text is not null)
        {
            json.WriteString(field, text);
        }
    }
}
