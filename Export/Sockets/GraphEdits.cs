using Steering.Export.Onnx;

namespace Steering.Export.Sockets;

/// <summary>Insertions into a graph, collected by the node they stand beside and made at once.</summary>
internal sealed class GraphEdits(GraphProto graph, GraphIndex index)
{
    private readonly Dictionary<int, List<NodeProto>> _before = [];
    private readonly Dictionary<int, List<NodeProto>> _after = [];

    public GraphIndex Index => index;

    /// <summary>Puts the nodes of a writer before a node, in front of what was put there already, and its constants into the graph.</summary>
    public void InsertBefore(int node, NodeWriter writer)
    {
        if (!_before.TryGetValue(node, out var list))
        {
            _before[node] = list = [];
        }

        list.InsertRange(0, writer.Nodes);
        graph.Initializer.AddRange(writer.Constants);
    }

    /// <summary>Puts the nodes of a writer behind a node.</summary>
    public void InsertAfter(int node, NodeWriter writer)
    {
        if (!_after.TryGetValue(node, out var list))
        {
            _after[node] = list = [];
        }

        list.AddRange(writer.Nodes);
        graph.Initializer.AddRange(writer.Constants);
    }

    /// <summary>Gives a tensor another name wherever it is read. Its readers must not be sub-graphs.</summary>
    public void Rename(string tensor, string name)
    {
        foreach (var node in index.Consumers(tensor).Select(consumer => index.Nodes[consumer]))
        {
            for (var input = 0; input < node.Input.Count; input++)
            {
                if (string.Equals(node.Input[input], tensor, StringComparison.Ordinal))
                {
                    node.Input[input] = name;
                }
            }
        }

        if (graph.ValueInfo.FirstOrDefault(value => string.Equals(value.Name, tensor, StringComparison.Ordinal)) is { } declared)
        {
            graph.ValueInfo.Remove(declared);
        }
    }

    /// <summary>Writes the node list anew.</summary>
    public void Apply()
    {
        var nodes = new List<NodeProto>(index.Nodes.Count + _before.Count + _after.Count);
        for (var node = 0; node < index.Nodes.Count; node++)
        {
            nodes.AddRange(_before.GetValueOrDefault(node) ?? []);
            nodes.Add(index.Nodes[node]);
            nodes.AddRange(_after.GetValueOrDefault(node) ?? []);
        }

        graph.Node.Clear();
        graph.Node.AddRange(nodes);
    }
}
