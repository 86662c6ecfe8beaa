using Steering.Tensors;

namespace Steering.Export.Checkpoints.Gguf;

/// <summary>
/// The hyper-parameters of a GGUF file: the metadata under the architecture's name, asked for by key; whatever nobody
/// asked for is refused at the end, so that no setting is ignored in silence.
/// </summary>
internal sealed class GgufKeys(GgufFile file, string architecture)
{
    private const int Large = 1 << 24;

    // Notes of converters, and sizes that the tensors themselves show.
    private static readonly HashSet<string> Harmless = new(StringComparer.Ordinal)
    {
        "vocab_size", "tensor_data_layout", "rope.scaling.finetuned", "rope.scaling.original_context_length", "rope.scaling.orig_ctx_len",
    };

    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public int Integer(string key, int maximum = Large) => OptionalInteger(key, maximum) ?? throw Missing(key);

    /// <summary>A positive integer, or an array that gives every block the same one.</summary>
    public int? OptionalInteger(string key, int maximum = Large)
    {
        if (Find(key) is not { } value)
        {
            return null;
        }

        var number = value.Type != GgufValueType.Array
            ? value.AsInt64()
            : value.AsInt64s() is [var first, ..] all && all.All(other => other == first)
                ? first
                : throw Wrong(key, "different numbers for its blocks", "one number for all of them");
        return number > 0 && number <= maximum ? (int)number : throw Wrong(key, $"{number}", $"a whole number from 1 to {maximum}");
    }

    public float Number(string key) => OptionalNumber(key) ?? throw Missing(key);

    public float? OptionalNumber(string key) => Find(key) is not { } value
        ? null
        : (float)value.AsDouble() is > 0 and < float.PositiveInfinity and var number
            ? number
            : throw Wrong(key, value.ToString(), "a positive, finite number");

    public bool Flag(string key, bool otherwise) => Find(key)?.AsBoolean() ?? otherwise;

    public string? OptionalText(string key) => Find(key)?.AsString();

    /// <summary>Refuses a count that must be absent or zero.</summary>
    public void RefuseNonZero(string key, string meaning)
    {
        if (Find(key) is { } value && value.AsInt64() != 0)
        {
            throw Wrong(key, value.ToString(), $"0 ({meaning} are not supported)");
        }
    }

    public void RefuseUnknown()
    {
        foreach (var key in file.Metadata.Keys.Where(key => key.StartsWith(architecture + ".", StringComparison.Ordinal)))
        {
            var name = key[(architecture.Length + 1)..];
            if (!_asked.Contains(name) && !Harmless.Contains(name))
            {
                throw new SteeringException($"{file.Path} has the metadata key '{key}', which this library does not know and will not ignore.");
            }
        }
    }

    public SteeringException Wrong(string key, string given, string expected) =>
        new($"{file.Path} has '{architecture}.{key}' = {given}; {expected} was expected.");

    private GgufValue? Find(string key)
    {
        _asked.Add(key);
        return file.Metadata.GetValueOrDefault($"{architecture}.{key}");
    }

    private SteeringException Missing(string key) => new($"{file.Path} lacks the required metadata key '{architecture}.{key}'.");
}
