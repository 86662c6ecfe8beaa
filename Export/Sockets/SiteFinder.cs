using System.Globalization;
using Steering.Export.Onnx;

namespace Steering.Export.Sockets;

/// <summary>
/// Follows the residual stream of a decoder graph from the embedding to the logits. It goes by structure alone: a node
/// that every path from embedding to logits passes, and that adds something computed from the stream back to it, is a
/// write; a fused attention operator on the way to a write makes a block. Anything else on the stream, and any count
/// that does not add up, is refused with what was seen.
/// </summary>
internal static class SiteFinder
{
    private sealed record Write(int Node, int StreamInput, int Attentions, bool BypassesAttention);

    /// <summary>Finds the end of every block.</summary>
    /// <param name="model">A decoder graph.</param>
    /// <param name="names">Names of its inputs and outputs.</param>
    /// <param name="facts">What is known of the model beside the graph.</param>
    /// <exception cref="SteeringException">The stream cannot be followed with certainty; the message says what was seen.</exception>
    public static ResidualSites Find(ModelProto model, GraphInterface? names = null, ModelFacts? facts = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        names ??= GraphInterface.Default;
        facts ??= ModelFacts.Unknown;
        var graph = model.Graph ?? throw new SteeringException("The model file holds no graph; give a decoder exported to ONNX.");
        var index = new GraphIndex(graph);
        var path = StreamPath.Between(index, names);
        var writes = Writes(path);
        var parallel = CheckBlocks(path, writes);
        var ends = writes.Where((_, number) => parallel || number % 2 == 1)
            .Select((write, block) => new GraphSite(block, write.Node, write.StreamInput, GraphOperators.StreamOutput(graph.Node[write.Node])))
            .ToArray();
        var attentions = Flatten(graph).Count(GraphOperators.IsAttention);
        Require(attentions == ends.Length, $"{attentions} attention operators in the graph, but {ends.Length} of them between embedding and logits");
        Require(
            facts.BlockCount is not { } blocks || blocks == ends.Length,
            $"{ends.Length} blocks in the graph, while genai_config.json says {facts.BlockCount}");
        return StreamShape.Describe(index, graph.Node[writes[0].Node].Input[writes[0].StreamInput], ends, parallel, facts);
    }

    /// <summary>Throws the refusal when a condition does not hold.</summary>
    internal static void Require(bool condition, string seen)
    {
        if (!condition)
        {
            throw Refusal(seen);
        }
    }

    internal static SteeringException Refusal(string seen) => new(
        $"No socket was placed, because the residual stream could not be followed with certainty: {seen}. Expected a decoder whose blocks each add attention and MLP to one residual stream that ends in a norm and the logits.");

    private static List<Write> Writes(StreamPath path)
    {
        var nodes = path.Index.Nodes;
        var writes = new List<Write>();
        var between = new List<int>();
        for (var cut = 1; cut < path.Cuts.Count; cut++)
        {
            var node = path.Cuts[cut];
            if (TryWrite(path, cut) is { } write)
            {
                var odd = writes.Count == 0 ? -1 : between.FindIndex(other => !GraphOperators.IsCarrier(nodes[other]));
                if (odd >= 0)
                {
                    throw Refusal($"{GraphOperators.Describe(nodes[between[odd]])} changes the stream between two residual writes");
                }

                writes.Add(write);
                between.Clear();
                continue;
            }

            foreach (var inner in (ReadOnlySpan<int>)[.. path.Region(cut), node])
            {
                if (GraphOperators.IsAttention(nodes[inner]))
                {
                    throw Refusal($"{GraphOperators.Describe(nodes[inner])} leads to {GraphOperators.Describe(nodes[node])}, which adds nothing to a stream that bypasses it");
                }
            }

            between.Add(node);
        }

        Require(writes.Count > 0, $"none of the {path.Cuts.Count} nodes that every path from the embedding to '{path.Logits}' passes adds to a residual stream");
        CheckTail(path, writes[^1].Node);
        return writes;
    }

    private static Write? TryWrite(StreamPath path, int cut)
    {
        var nodes = path.Index.Nodes;
        var node = nodes[path.Cuts[cut]];
        if (!(GraphOperators.IsSkipNorm(node) && node.Input.Count > 2) && !(GraphOperators.IsAdd(node) && node.Input.Count == 2))
        {
            return null;
        }

        var stream = path.StreamTensors(cut);
        var input = stream.Contains(node.Input[0]) ? 0 : 1;
        if (!stream.Contains(node.Input[input]) || stream.Contains(node.Input[1 - input]) || !path.IsComputedFrom(node.Input[1 - input], cut))
        {
            return null;
        }

        var attentions = 0;
        foreach (var inner in path.Region(cut))
        {
            attentions += GraphOperators.IsAttention(nodes[inner]) ? 1 : 0;
        }

        return new Write(path.Cuts[cut], input, attentions, path.HasWeightsBesideAttention(cut));
    }

    private static bool CheckBlocks(StreamPath path, List<Write> writes)
    {
        var counts = writes.ConvertAll(write => write.Attentions);
        var seen = string.Join(", ", counts.Take(16).Select(count => count.ToString(CultureInfo.InvariantCulture))) + (counts.Count > 16 ? ", …" : string.Empty);
        if (counts.TrueForAll(count => count == 1))
        {
            var bare = writes.Find(write => !write.BypassesAttention);
            Require(bare is null, $"{(bare is null ? string.Empty : GraphOperators.Describe(path.Index.Nodes[bare.Node]))} adds attention without an MLP beside it, and none follows");
            return true;
        }

        var sequential = counts.Count % 2 == 0 && counts.Where((count, number) => count == (number % 2 == 0 ? 1 : 0)).Count() == counts.Count;
        Require(sequential, $"{counts.Count} writes to the stream with {seen} attention operators each, where 1, 0, 1, 0, … or 1, 1, … was expected");
        return false;
    }

    private static void CheckTail(StreamPath path, int last)
    {
        var nodes = path.Index.Nodes;
        Require(
            GraphOperators.IsSkipNorm(nodes[last]) || path.NormalisesBeforeNextProduct(last),
            $"the last write, {GraphOperators.Describe(nodes[last])}, does not feed a final norm");
    }

    private static IEnumerable<NodeProto> Flatten(GraphProto graph) =>
        graph.Node.SelectMany(node => GraphIndex.Subgraphs(node).SelectMany(Flatten).Prepend(node));
}

/// <summary>Where in a graph the residual stream after one block is written.</summary>
/// <param name="Block">Block index, 0-based.</param>
/// <param name="Node">Index of the node that adds the block's last output to the stream: an <c>Add</c>, or a fused skip and norm.</param>
/// <param name="StreamInput">Which input of that node carries the stream; the other carries the block's output.</param>
/// <param name="StreamOutput">Which output of that node is the sum, present or not.</param>
internal sealed record GraphSite(int Block, int Node, int StreamInput, int StreamOutput);
