namespace Steering.Export.Sockets;

/// <summary>
/// The nodes between embedding and logits, and among them the cuts: the nodes that every path passes. In a pre-norm
/// decoder the cuts are the residual writes, the embedding before them and the final norm and head behind.
/// </summary>
internal sealed class StreamPath
{
    private readonly int[] _order;
    private readonly int[] _position;
    private readonly List<int> _cutPositions = [];

    private StreamPath(GraphIndex index, string logits, int[] order)
    {
        Index = index;
        Logits = logits;
        _order = order;
        _position = new int[index.Nodes.Count];
        Array.Fill(_position, -1);
        for (var place = 0; place < order.Length; place++)
        {
            _position[order[place]] = place;
        }

        // In any order that respects the edges, a node is passed by every path exactly when no edge jumps over it.
        var reach = 0;
        for (var place = 0; place < order.Length; place++)
        {
            if (reach <= place)
            {
                _cutPositions.Add(place);
            }

            reach = Edges(order[place]).Select(next => _position[next]).Append(reach).Max();
        }

        Cuts = _cutPositions.ConvertAll(place => order[place]);
    }

    public GraphIndex Index { get; }

    public string Logits { get; }

    /// <summary>The cut nodes, from the embedding to the node that makes the logits.</summary>
    public IReadOnlyList<int> Cuts { get; }

    public static StreamPath Between(GraphIndex index, GraphInterface names)
    {
        var embedding = Embedding(index, names);
        var logits = index.Producer(names.Logits);
        SiteFinder.Require(logits >= 0 && index.IsOutput(names.Logits), $"the graph has no output '{names.Logits}'");
        var nodes = index.Nodes;
        var forward = Closure(embedding, node => index.Successors(node).Where(next => !GraphOperators.IsShapeReader(nodes[next])));
        var backward = Closure(logits, node => GraphOperators.IsShapeReader(nodes[node]) ? [] : index.Predecessors(node));
        SiteFinder.Require(forward.Contains(logits), $"'{names.Logits}' does not depend on '{names.InputIds}'");
        return new StreamPath(index, names.Logits, [.. index.Order.Where(node => forward.Contains(node) && backward.Contains(node))]);
    }

    /// <summary>The nodes strictly between the cut before and this one.</summary>
    public ReadOnlySpan<int> Region(int cut) => _order.AsSpan((_cutPositions[cut - 1] + 1).._cutPositions[cut]);

    /// <summary>The tensors of the region before a cut that are the stream: as the cut before left it, or summed with writes of this region.</summary>
    public HashSet<string> StreamTensors(int cut)
    {
        var nodes = Index.Nodes;
        var start = nodes[Cuts[cut - 1]];
        var found = new HashSet<string>(StringComparer.Ordinal);
        var waiting = new Stack<string>([GraphOperators.Output(start, GraphOperators.StreamOutput(start))]);
        while (waiting.TryPop(out var tensor))
        {
            if (tensor.Length == 0 || !found.Add(tensor))
            {
                continue;
            }

            foreach (var consumer in Index.Consumers(tensor))
            {
                if (InRegion(consumer, cut) && (GraphOperators.IsAdd(nodes[consumer]) || GraphOperators.IsCarrier(nodes[consumer])))
                {
                    waiting.Push(GraphOperators.Output(nodes[consumer], 0));
                }
            }
        }

        return found;
    }

    /// <summary>Whether a tensor is computed from the stream in this region.</summary>
    public bool IsComputedFrom(string tensor, int cut) => Index.Producer(tensor) is >= 0 and var producer && InRegion(producer, cut);

    /// <summary>Whether weights are applied on a way through the region that does not pass its attention.</summary>
    public bool HasWeightsBesideAttention(int cut)
    {
        var nodes = Index.Nodes;
        bool Open(int node) => InRegion(node, cut) && !GraphOperators.IsAttention(nodes[node]);
        var forward = Closure(Cuts[cut - 1], node => Edges(node).Where(Open));
        var backward = Closure(Cuts[cut], node => Index.Predecessors(node).Where(Open));
        forward.IntersectWith(backward);
        return forward.Any(node => InRegion(node, cut) && GraphOperators.IsWeightProduct(nodes[node]));
    }

    /// <summary>Whether every way from a node passes a norm, fused or spelled out, before the next weights.</summary>
    public bool NormalisesBeforeNextProduct(int start)
    {
        var nodes = Index.Nodes;
        var reached = Closure(start, node => node != start && GraphOperators.IsWeightProduct(nodes[node]) ? [] : Edges(node));
        return reached.Any(node => GraphOperators.IsNorm(nodes[node]) || string.Equals(nodes[node].OpType, "ReduceMean", StringComparison.Ordinal));
    }

    private bool InRegion(int node, int cut) => _position[node] > _cutPositions[cut - 1] && _position[node] < _cutPositions[cut];

    private IEnumerable<int> Edges(int node) =>
        Index.Successors(node).Where(next => _position[next] >= 0 && !GraphOperators.IsShapeReader(Index.Nodes[next]));

    private static int Embedding(GraphIndex index, GraphInterface names)
    {
        SiteFinder.Require(index.IsInput(names.InputIds), $"the graph has no input '{names.InputIds}'");
        var found = new List<int>();
        var tensors = new Queue<string>([names.InputIds]);
        while (tensors.TryDequeue(out var tensor))
        {
            foreach (var consumer in index.Consumers(tensor))
            {
                var node = index.Nodes[consumer];
                if (GraphOperators.IsEmbedding(node))
                {
                    found.Add(consumer);
                }
                else if (GraphOperators.IsReshape(node))
                {
                    tensors.Enqueue(GraphOperators.Output(node, 0));
                }
            }
        }

        var distinct = found.Distinct().ToArray();
        SiteFinder.Require(distinct.Length == 1, $"'{names.InputIds}' is looked up in {distinct.Length} embedding tables");
        return distinct[0];
    }

    private static HashSet<int> Closure(int start, Func<int, IEnumerable<int>> next)
    {
        var seen = new HashSet<int> { start };
        var waiting = new Stack<int>(seen);
        while (waiting.TryPop(out var node))
        {
            foreach (var other in next(node).Where(seen.Add))
            {
                waiting.Push(other);
            }
        }

        return seen;
    }
}
