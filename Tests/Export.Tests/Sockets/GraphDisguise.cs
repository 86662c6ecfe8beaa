using Steering.Export.Onnx;
using Steering.Export.Sockets;

namespace Steering.Tests.Export.Sockets;

/// <summary>Gives every node and inner tensor of a graph a meaningless name.</summary>
internal static class GraphDisguise
{
    public static void Apply(ModelProto model, int seed)
    {
        var random = new Random(seed);
        var graph = model.Graph;
        var kept = graph.Input.Concat(graph.Output).Select(value => value.Name).Append(string.Empty).ToHashSet(StringComparer.Ordinal);
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        string Name(string name)
        {
            if (kept.Contains(name))
            {
                return name;
            }

            if (!names.TryGetValue(name, out var other))
            {
                names[name] = other = $"t{random.NextInt64():x}";
            }

            return other;
        }

        foreach (var tensor in graph.Initializer)
        {
            tensor.Name = Name(tensor.Name);
        }

        foreach (var node in graph.Node)
        {
            node.Name = $"n{random.NextInt64():x}";
            for (var input = 0; input < node.Input.Count; input++)
            {
                node.Input[input] = Name(node.Input[input]);
            }

            for (var output = 0; output < node.Output.Count; output++)
            {
                node.Output[output] = Name(node.Output[output]);
            }
        }

        // Any order in which producers stand before consumers is as good as the one written.
        var order = new GraphIndex(graph).Order.Select(node => graph.Node[node]).ToArray();
        graph.Node.Clear();
        graph.Node.AddRange(order);
    }
}
