using Steering.Export.Onnx;

namespace Steering.Export.Sockets;

/// <summary>Who makes and who reads each tensor of a graph, and an order in which its nodes can run.</summary>
internal sealed class GraphIndex
{
    private readonly Dictionary<string, int> _producers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<int>> _consumers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorProto> _initializers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ValueInfoProto> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _inputs = new(StringComparer.Ordinal);
    private readonly HashSet<string> _outputs = new(StringComparer.Ordinal);
    private readonly List<string>[] _reads;

    public GraphIndex(GraphProto graph)
    {
        Nodes = [.. graph.Node];
        foreach (var tensor in graph.Initializer)
        {
            _initializers[tensor.Name] = tensor;
        }

        foreach (var value in graph.ValueInfo.Concat(graph.Output).Concat(graph.Input))
        {
            _values[value.Name] = value;
        }

        _inputs.UnionWith(graph.Input.Select(input => input.Name));
        _outputs.UnionWith(graph.Output.Select(output => output.Name));
        _reads = new List<string>[Nodes.Count];
        for (var node = 0; node < Nodes.Count; node++)
        {
            Record(Nodes[node], node);
        }

        Order = Sort();
    }

    /// <summary>The nodes as they stood when the graph was indexed.</summary>
    public IReadOnlyList<NodeProto> Nodes { get; }

    /// <summary>Node indices, producers before consumers.</summary>
    public IReadOnlyList<int> Order { get; }

    /// <summary>Index of the node that makes a tensor, or −1 for inputs, initialisers and unknown names.</summary>
    public int Producer(string tensor) => _producers.GetValueOrDefault(tensor, -1);

    /// <summary>The nodes that read a tensor, those that capture it in a sub-graph included.</summary>
    public IReadOnlyList<int> Consumers(string tensor) => _consumers.TryGetValue(tensor, out var nodes) ? nodes : [];

    /// <summary>Every tensor that a node reads, those captured by its sub-graphs included.</summary>
    public IReadOnlyList<string> Reads(int node) => _reads[node];

    /// <summary>The constant of that name, or null.</summary>
    public TensorProto? Initializer(string tensor) => _initializers.GetValueOrDefault(tensor);

    /// <summary>The declared type of a tensor, or null.</summary>
    public TypeProto.Types.Tensor? Type(string tensor) => _values.GetValueOrDefault(tensor)?.Type?.TensorType;

    /// <summary>Whether the graph takes an input of that name.</summary>
    public bool IsInput(string tensor) => _inputs.Contains(tensor);

    /// <summary>Whether a tensor is an output of the graph.</summary>
    public bool IsOutput(string tensor) => _outputs.Contains(tensor);

    /// <summary>The nodes that read any output of a node.</summary>
    public IEnumerable<int> Successors(int node) => Nodes[node].Output.SelectMany(Consumers);

    /// <summary>The nodes whose outputs a node reads.</summary>
    public IEnumerable<int> Predecessors(int node) => _reads[node].Select(Producer).Where(producer => producer >= 0);

    /// <summary>The sub-graphs of a node (the branches of an If, the body of a Loop).</summary>
    public static IEnumerable<GraphProto> Subgraphs(NodeProto node)
    {
        foreach (var attribute in node.Attribute)
        {
            if (attribute.G is not null)
            {
                yield return attribute.G;
            }

            foreach (var graph in attribute.Graphs)
            {
                yield return graph;
            }
        }
    }

    private void Record(NodeProto node, int number)
    {
        foreach (var output in node.Output.Where(name => name.Length > 0))
        {
            if (!_producers.TryAdd(output, number))
            {
                throw new SteeringException($"The graph is not valid: two nodes write the tensor '{output}'. Export the model again.");
            }
        }

        var reads = node.Input.Where(name => name.Length > 0).ToList();
        foreach (var subgraph in Subgraphs(node))
        {
            Captures(subgraph, reads);
        }

        _reads[number] = reads;
        foreach (var read in reads.Distinct(StringComparer.Ordinal))
        {
            if (!_consumers.TryGetValue(read, out var list))
            {
                _consumers[read] = list = [];
            }

            list.Add(number);
        }
    }

    private static void Captures(GraphProto graph, List<string> captured)
    {
        var local = graph.Node.SelectMany(node => node.Output)
            .Concat(graph.Initializer.Select(tensor => tensor.Name))
            .Concat(graph.Input.Select(input => input.Name))
            .ToHashSet(StringComparer.Ordinal);
        var inner = new List<string>();
        foreach (var node in graph.Node)
        {
            inner.AddRange(node.Input.Where(name => name.Length > 0));
            foreach (var subgraph in Subgraphs(node))
            {
                Captures(subgraph, inner);
            }
        }

        inner.AddRange(graph.Output.Select(output => output.Name));
        captured.AddRange(inner.Where(name => !local.Contains(name)));
    }

    private int[] Sort()
    {
        var waiting = new int[Nodes.Count];
        var ready = new Queue<int>();
        for (var node = 0; node < waiting.Length; node++)
        {
            waiting[node] = Predecessors(node).Distinct().Count();
            if (waiting[node] == 0)
            {
                ready.Enqueue(node);
            }
        }

        var order = new List<int>(waiting.Length);
        while (ready.TryDequeue(out var node))
        {
            order.Add(node);
            foreach (var successor in Successors(node).Distinct())
            {
                if (--waiting[successor] == 0)
                {
                    ready.Enqueue(successor);
                }
            }
        }

        return order.Count == waiting.Length
            ? [.. order]
            : throw new SteeringException($"The graph is not valid: {waiting.Length - order.Count} of its {waiting.Length} nodes wait for each other in a circle. Export the model again.");
    }
}
