using System.Text;
using System.Text.Json.Nodes;

namespace Steering.Fuzz;

/// <summary>Damages a JSON document without breaking its syntax: values of other kinds, fields lost, renamed or moved.</summary>
internal sealed class JsonMutator(IReadOnlyList<byte[]> words)
{
    // The writer refuses half a surrogate pair, so it is put in afterwards.
    private const string Half = "@half@";

    private static readonly string[] Values =
        ["null", "true", "false", "0", "-1", "1", "0.5", "1e300", "2147483648", "-9223372036854775809", "\"\"", $"\"{Half}\"", "[]", "[null]", "[[1]]", "{}", "{\"a\":1}"];

    private readonly string[] _words = [.. words.Select(Encoding.UTF8.GetString)];

    /// <summary>A damaged copy of a well-formed document.</summary>
    public byte[] Make(byte[] seed, FuzzRandom random)
    {
        var root = JsonNode.Parse(seed);
        for (var left = random.Below(2) == 0 ? 1 : 1 + random.Below(4); left > 0; left--)
        {
            var places = new List<JsonNode>();
            Collect(root, places);
            if (places.Count > 0)
            {
                Damage(random.Pick(places), random);
            }
        }

        return Encoding.UTF8.GetBytes(root!.ToJsonString().Replace(Half, "\\ud800", StringComparison.Ordinal));
    }

    private static void Collect(JsonNode? node, List<JsonNode> places)
    {
        if (node is JsonObject { Count: > 0 } or JsonArray { Count: > 0 })
        {
            places.Add(node);
        }

        foreach (var child in node is JsonObject fields ? fields.Select(field => field.Value) : node as JsonArray ?? [])
        {
            Collect(child, places);
        }
    }

    private void Damage(JsonNode place, FuzzRandom random)
    {
        if (place is JsonArray items)
        {
            DamageItems(items, random);
            return;
        }

        var fields = place.AsObject();
        var name = random.Pick([.. fields.Select(field => field.Key)]);
        var value = fields[name];
        switch (random.Below(5))
        {
            case 0:
                fields.Remove(name);
                break;
            case 1:
                fields.Remove(name);
                fields[Word(random)] = value;
                break;
            case 2:
                fields[Word(random)] = value?.DeepClone();
                break;
            default:
                fields[name] = Value(random);
                break;
        }
    }

    private void DamageItems(JsonArray items, FuzzRandom random)
    {
        var index = random.Below(items.Count);
        switch (random.Below(4))
        {
            case 0:
                items.RemoveAt(index);
                break;
            case 1:
                items.Add(items[index]?.DeepClone());
                break;
            default:
                items[index] = Value(random);
                break;
        }
    }

    private JsonNode? Value(FuzzRandom random) => random.Below(3) == 0 ? JsonValue.Create(Word(random)) : JsonNode.Parse(random.Pick(Values));

    private string Word(FuzzRandom random) => _words.Length == 0 ? "a" : random.Pick(_words);
}
