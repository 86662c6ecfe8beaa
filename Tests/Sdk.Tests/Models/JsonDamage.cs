using System.Text.Json.Nodes;

namespace Steering.Tests.Sdk.Models;

/// <summary>Changes one place of a JSON document, by a seed: a value, a name, its absence, or the letters themselves.</summary>
internal static class JsonDamage
{
    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "1", "3", "7.5", "2001", "100000", "2147483647", "2147483648", "1e300", "\"\"", "\"x\"", "\"1\"", "\"model\"", "\"../x\"", "\"%d\"",
        "[]", "{}", "[1]", "[[]]", "{\"x\": 1}", "{\"window_size\": 2, \"pad_value\": 0}", "\"\\u0000\"",
    ];

    private static readonly string[] Additions =
    [
        "sliding_window", "custom_ops_library", "intra_op_num_threads", "pipeline", "past_names", "filename", "bos_token_id", "position_ids", "chunk_size", "cumulative_sequence_lengths", "layer_types", "run_options", "lora", "x",
    ];

    public static string Of(string json, int seed)
    {
        var random = new Random(seed);
        if (seed % 10 == 9)
        {
            var letters = json.ToCharArray();
            letters[random.Next(letters.Length)] = (char)random.Next(32, 127);
            return new string(letters);
        }

        var root = JsonNode.Parse(json)!;
        var objects = Objects(root).ToArray();
        var parent = objects[random.Next(objects.Length)];
        var names = parent.Select(member => member.Key).ToArray();
        var value = JsonNode.Parse(Values[random.Next(Values.Length)]);
        if (names.Length == 0 || random.Next(4) == 0)
        {
            parent[Additions[random.Next(Additions.Length)]] = value;
            return root.ToJsonString();
        }

        var name = names[random.Next(names.Length)];
        switch (random.Next(3))
        {
            case 0:
                parent.Remove(name);
                break;
            case 1:
                var kept = parent[name]!.DeepClone();
                parent.Remove(name);
                parent[name + "x"] = kept;
                break;
            default:
                parent[name] = value;
                break;
        }

        return root.ToJsonString();
    }

    private static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject parent => [parent, .. parent.SelectMany(member => Objects(member.Value))],
        JsonArray list => list.SelectMany(Objects),
        _ => [],
    };
}
