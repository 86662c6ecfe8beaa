using Google.Protobuf.Collections;
using Steering.Export.Onnx;
using Steering.Export.Sockets;

namespace Steering.Export.Cuts;

/// <summary>Reduces a graph to what its outputs need.</summary>
internal static class GraphPruning
{
    /// <summary>Drops the nodes, inputs and constants that no output depends on. Constants that stay are not touched, wherever their bytes lie.</summary>
    public static void Apply(GraphProto graph)
    {
        var index = new GraphIndex(graph);
        var needed = new HashSet<string>(StringComparer.Ordinal);
        var nodes = new HashSet<int>();
        var waiting = new Stack<string>(graph.Output.Select(output => output.Name));
        while (waiting.TryPop(out var tensor))
        {
            if (needed.Add(tensor) && index.Producer(tensor) is >= 0 and var producer && nodes.Add(producer))
            {
                foreach (var read in index.Reads(producer))
                {
                    waiting.Push(read);
                }
            }
        }

        Keep(graph.Node, [.. index.Order.Where(nodes.Contains).Select(node => index.Nodes[node])]);
        Keep(graph.Input, [.. graph.Input.Where(input => needed.Contains(input.Name))]);
        Keep(graph.Initializer, [.. graph.Initializer.Where(tensor => needed.Contains(tensor.Name))]);
        var made = graph.Node.SelectMany(node => node.Output).ToHashSet(StringComparer.Ordinal);
        Keep(graph.ValueInfo, [.. graph.ValueInfo.Where(value => made.Contains(value.Name))]);
    }

    private static void Keep<T>(RepeatedField<T> all, T[] kept)
    {
        all.Clear();
        all.AddRange(kept);
    }
}
