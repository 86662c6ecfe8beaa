using System.Text.Json;
using System.Text.RegularExpressions;

namespace Steering.Tests.Sdk.Policies;

/// <summary>
/// The keywords of JSON Schema 2020-12 that the policy schema uses, and a refusal of any other: enough to tell whether a
/// document is valid without trusting the reader under test.
/// </summary>
internal sealed class MiniSchema(JsonElement root)
{
    private static readonly string[] Annotations = ["$schema", "$id", "$defs", "title", "description", "default", "then"];

    public bool Accepts(JsonElement value) => Accepts(root, value);

    private bool Accepts(JsonElement schema, JsonElement value) =>
        schema.EnumerateObject().All(keyword => Annotations.Contains(keyword.Name) || Check(schema, keyword, value));

    private bool Check(JsonElement schema, JsonProperty keyword, JsonElement value)
    {
        var rule = keyword.Value;
        return keyword.Name switch
        {
            "$ref" => Accepts(Resolve(rule.GetString()!), value),
            "type" => IsType(rule.GetString()!, value),
            "const" => JsonElement.DeepEquals(rule, value),
            "enum" => rule.EnumerateArray().Any(item => JsonElement.DeepEquals(item, value)),
            "oneOf" => rule.EnumerateArray().Count(item => Accepts(item, value)) == 1,
            "anyOf" => rule.EnumerateArray().Any(item => Accepts(item, value)),
            "allOf" => rule.EnumerateArray().All(item => Accepts(item, value)),
            "not" => !Accepts(rule, value),
            "if" => !Accepts(rule, value) || Accepts(schema.GetProperty("then"), value),
            "minimum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() >= rule.GetDouble(),
            "maximum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() <= rule.GetDouble(),
            "minLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.Length >= rule.GetInt32(),
            "maxLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.Length <= rule.GetInt32(),
            "pattern" => value.ValueKind != JsonValueKind.String || Regex.IsMatch(value.GetString()!, rule.GetString()!, RegexOptions.None, TimeSpan.FromSeconds(1)),
            "minItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() >= rule.GetInt32(),
            "maxItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() <= rule.GetInt32(),
            "uniqueItems" => value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Select(item => item.GetRawText()).Distinct().Count() == value.GetArrayLength(),
            "items" => value.ValueKind != JsonValueKind.Array || value.EnumerateArray().All(item => Accepts(rule, item)),
            "required" => value.ValueKind != JsonValueKind.Object || rule.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _)),
            "properties" => value.ValueKind != JsonValueKind.Object || value.EnumerateObject().All(property => !rule.TryGetProperty(property.Name, out var inner) || Accepts(inner, property.Value)),
            "propertyNames" => value.ValueKind != JsonValueKind.Object || value.EnumerateObject().All(property => Accepts(rule, JsonSerializer.SerializeToElement(property.Name))),
            "additionalProperties" => value.ValueKind != JsonValueKind.Object || value.EnumerateObject().All(property => IsDeclared(schema, property.Name) || (rule.ValueKind != JsonValueKind.False && Accepts(rule, property.Value))),
            _ => throw new NotSupportedException($"The schema uses the keyword '{keyword.Name}', which this checker does not know."),
        };
    }

    private static bool IsDeclared(JsonElement schema, string name) =>
        schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(name, out _);

    private static bool IsType(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.GetDouble() == Math.Floor(value.GetDouble()),
        _ => throw new NotSupportedException($"The schema uses the type '{type}', which this checker does not know."),
    };

    private JsonElement Resolve(string reference)
    {
        var element = root;
        foreach (var part in reference.Split('/').Skip(1))
        {
            element = element.GetProperty(part);
        }

        return element;
    }
}
