using System.Globalization;
using System.Text.Json;
using Steering.IO;

namespace Steering.Export.Checkpoints;

/// <summary>
/// A JSON object whose values are asked for by key, with their type and range; whatever nobody asked for can be refused
/// at the end, so that no setting is ignored in silence.
/// </summary>
internal sealed class ConfigJson
{
    private const int MaximumBytes = 64 << 20;

    private readonly string _path;
    private readonly string _prefix;
    private readonly JsonElement _object;
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    private ConfigJson(string path, string prefix, JsonElement element)
    {
        (_path, _prefix, _object) = (path, prefix, element);
    }

    /// <summary>Reads a file that holds one JSON object.</summary>
    /// <exception cref="SteeringException">The file is missing, too long, not JSON, or repeats a key.</exception>
    public static ConfigJson Read(string path)
    {
        using var document = StrictJson.Parse(path, ReadableFile.ReadAllBytes(path, MaximumBytes));
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? new ConfigJson(path, string.Empty, document.RootElement.Clone())
            : throw new SteeringException($"{path} holds a JSON {document.RootElement.ValueKind}; an object was expected.");
    }

    /// <summary>Whether a key is there and not null.</summary>
    public bool Has(string key) => Find(key) is not null;

    public int Integer(string key, int minimum, int maximum) => OptionalInteger(key, minimum, maximum) ?? throw Missing(key);

    public int? OptionalInteger(string key, int minimum, int maximum) => Find(key) is not { } value
        ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= minimum && number <= maximum
            ? number
            : throw Wrong(key, value, string.Create(CultureInfo.InvariantCulture, $"a whole number from {minimum} to {maximum}"));

    public float Number(string key) => OptionalNumber(key) ?? throw Missing(key);

    /// <summary>A positive, finite number, or null.</summary>
    public float? OptionalNumber(string key) => Find(key) is not { } value
        ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && (float)number > 0 && float.IsFinite((float)number)
            ? (float)number
            : throw Wrong(key, value, "a positive, finite number");

    public bool Flag(string key, bool otherwise) => Find(key) is not { } value
        ? otherwise
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(key, value, "true or false");

    public string Text(string key) => OptionalText(key) ?? throw Missing(key);

    public string? OptionalText(string key) => Find(key) is not { } value
        ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(key, value, "a string");

    public IReadOnlyList<string>? OptionalTexts(string key) => Find(key) is not { } value
        ? null
        : value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? [.. value.EnumerateArray().Select(item => item.GetString()!)]
            : throw Wrong(key, value, "a list of strings");

    /// <summary>A list of true or false, or of 1 or 0.</summary>
    public IReadOnlyList<bool> Flags(string key)
    {
        var value = Find(key) ?? throw Missing(key);
        return value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind is JsonValueKind.True or JsonValueKind.False || (item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var number) && number is 0 or 1))
            ? [.. value.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Number ? item.GetInt32() == 1 : item.GetBoolean())]
            : throw Wrong(key, value, "a list of 0 and 1");
    }

    /// <summary>A list of positive, finite numbers.</summary>
    public IReadOnlyList<float> Numbers(string key)
    {
        var value = Find(key) ?? throw Missing(key);
        return value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number && item.TryGetSingle(out var number) && number > 0 && float.IsFinite(number))
            ? [.. value.EnumerateArray().Select(item => item.GetSingle())]
            : throw Wrong(key, value, "a list of positive, finite numbers");
    }

    /// <summary>One token id, a list of them, or nothing; −1, which older conversions write, is nothing.</summary>
    public IReadOnlyList<int> TokenIds(string key) => Find(key) is not { } value
        ? []
        : value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(item => TokenId(key, item))]
            : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var id) && id == -1 ? [] : [TokenId(key, value)];

    public ConfigJson? OptionalObject(string key) => Find(key) is not { } value
        ? null
        : value.ValueKind == JsonValueKind.Object ? new ConfigJson(_path, $"{_prefix}{key}.", value) : throw Wrong(key, value, "an object");

    /// <summary>Names and texts of an object whose values are all strings.</summary>
    public IReadOnlyDictionary<string, string> TextMap(string key)
    {
        var value = Find(key) ?? throw Missing(key);
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw Wrong(key, value, "an object");
        }

        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in value.EnumerateObject())
        {
            map.Add(property.Name, property.Value.ValueKind == JsonValueKind.String
                ? property.Value.GetString()!
                : throw Wrong($"{key}.{property.Name}", property.Value, "a string"));
        }

        return map;
    }

    /// <summary>Refuses a flag that this library cannot honour.</summary>
    public void RefuseFlag(string key, bool value)
    {
        if (Flag(key, !value) == value)
        {
            throw new SteeringException($"{_path} sets '{_prefix}{key}' to {(value ? "true" : "false")}, which is not supported.");
        }
    }

    /// <summary>Refuses the first key, not null, that was never asked for and is not known to be without effect.</summary>
    public void RefuseUnknown(IReadOnlySet<string> harmless)
    {
        foreach (var property in _object.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.Null && !_asked.Contains(property.Name) && !harmless.Contains(property.Name))
            {
                throw new SteeringException($"{_path} has the key '{_prefix}{property.Name}', which this library does not know and will not ignore. Remove it only if it does not change the model's computation.");
            }
        }
    }

    public SteeringException Wrong(string key, string given, string expected) =>
        new($"{_path} has '{_prefix}{key}' = {given}; {expected} was expected.");

    private static string Shorten(string text) => text.Length <= 60 ? text : $"{text.AsSpan(0, 60)}…";

    private int TokenId(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var id) && id >= 0 ? id : throw Wrong(key, value, "a token id, a list of them, or null");

    private JsonElement? Find(string key)
    {
        _asked.Add(key);
        return _object.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private SteeringException Missing(string key) => new($"{_path} lacks the required key '{_prefix}{key}'.");

    private SteeringException Wrong(string key, JsonElement value, string expected) => Wrong(key, Shorten(value.GetRawText()), expected);
}
