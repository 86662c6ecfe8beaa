using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;

namespace Steering.Saes;

/// <summary>Takes keys out of a <c>cfg.json</c>, each with its type checked, and refuses what is left.</summary>
internal sealed class SaeLensConfigReader
{
    private const int ShownCharacters = 80;
    private readonly Dictionary<string, JsonElement> _keys = new(StringComparer.Ordinal);
    private readonly string _prefix;

    public SaeLensConfigReader(string path, JsonElement root, string prefix = "")
    {
        Path = path;
        _prefix = prefix;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new SteeringException($"{path}: {(prefix.Length == 0 ? "the file" : prefix.TrimEnd('.'))} holds {Describe(root)}; a JSON object was expected.");
        }

        foreach (var property in root.EnumerateObject())
        {
            _keys.Add(property.Name, property.Value);
        }
    }

    public string Path { get; }

    /// <summary>What the file is, for messages.</summary>
    public string Format { get; init; } = "a SAELens cfg.json for this architecture";

    /// <summary>The metadata object; an empty one where there is none (the flat layout).</summary>
    public SaeLensConfigReader Metadata()
    {
        using var empty = JsonDocument.Parse("{}");
        return new SaeLensConfigReader(Path, Take("metadata") ?? empty.RootElement.Clone(), "metadata.");
    }

    /// <summary>k of <c>activation_fn_kwargs</c>, where the activation has one.</summary>
    public int? TakeActivationArguments(string activation)
    {
        if (Take("activation_fn_kwargs") is not { } element)
        {
            return null;
        }

        var arguments = new SaeLensConfigReader(Path, element, "activation_fn_kwargs.");
        var k = arguments.TakeOnlyFor("k", activation == "topk") ? arguments.TakeInteger("k") : null;
        arguments.RefuseRest();
        return k;
    }

    /// <summary>Whether a key applies; where it does not, it must be absent or null.</summary>
    public bool TakeOnlyFor(string name, bool applies)
    {
        if (!applies && Take(name) is { } element)
        {
            throw Refusal(name, Describe(element), "it has no meaning for this architecture; remove it or correct the architecture");
        }

        return applies;
    }

    public string? TakeString(string name) => Take(name) is not { } element ? null
        : element.ValueKind == JsonValueKind.String ? element.GetString()
        : throw Refusal(name, Describe(element), "a text was expected");

    /// <summary>A text, number or boolean as text.</summary>
    public string? TakeText(string name) => Take(name) is not { } element ? null
        : element.ValueKind == JsonValueKind.String ? element.GetString()
        : Describe(element);

    public bool? TakeBoolean(string name) => Take(name) is not { } element ? null
        : element.ValueKind is JsonValueKind.True or JsonValueKind.False ? element.GetBoolean()
        : throw Refusal(name, Describe(element), "true or false was expected");

    public float? TakeNumber(string name) => Take(name) is not { } element ? null
        : element.ValueKind == JsonValueKind.Number && element.TryGetSingle(out var value) && float.IsFinite(value) ? value
        : throw Refusal(name, Describe(element), "a finite number was expected");

    public int? TakeInteger(string name)
    {
        if (Take(name) is not { } element)
        {
            return null;
        }

        // Python writes some counts as 16.0.
        return element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var value) && value == Math.Truncate(value) && Math.Abs(value) <= int.MaxValue
            ? (int)value
            : throw Refusal(name, Describe(element), "a whole number was expected");
    }

    /// <summary>A value of any kind, good for as long as the document is.</summary>
    public JsonElement? TakeElement(string name) => Take(name);

    /// <summary>Refuses keys that nobody took, but for those that are known to change nothing.</summary>
    public void RefuseRest(FrozenSet<string>? harmless = null)
    {
        foreach (var (name, element) in _keys)
        {
            if (!(harmless ?? SaeLensKeys.Harmless).Contains(name))
            {
                throw Refusal(name, Describe(element), "this key is not known, so it cannot be told whether it changes the autoencoder; remove it if it is only a note");
            }
        }
    }

    public SteeringException Refusal(string name, string value, string reason) => new($"{Path}: {_prefix}{name} = {value}: {reason}.");

    public SteeringException Missing(string name) => new($"{Path}: the key '{_prefix}{name}' is missing; {Format} holds it.");

    private static string Describe(JsonElement element)
    {
        var text = element.GetRawText();
        return text.Length <= ShownCharacters ? text : string.Create(CultureInfo.InvariantCulture, $"{text.AsSpan(0, ShownCharacters)}…");
    }

    private JsonElement? Take(string name) =>
        _keys.Remove(name, out var element) && element.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined) ? element : null;
}
