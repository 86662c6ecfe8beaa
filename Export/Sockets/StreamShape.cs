using Steering.Export.Onnx;
using DataType = Steering.Export.Onnx.TensorProto.Types.DataType;

namespace Steering.Export.Sockets;

/// <summary>Checks that the stream has one width and one type at every site.</summary>
internal static class StreamShape
{
    public static ResidualSites Describe(GraphIndex index, string entry, IReadOnlyList<GraphSite> sites, bool parallel, ModelFacts facts)
    {
        var types = new StreamTypes(index);
        var nodes = index.Nodes;
        var widths = sites.SelectMany(site => Tensors(nodes[site.Node]).Select(types.Width)).OfType<long>().Distinct().ToArray();
        SiteFinder.Require(widths.Length > 0, "no weight or declared shape says how wide the stream is");
        SiteFinder.Require(widths.Length == 1, $"the stream is {string.Join(" and ", widths.Order())} wide at different places");
        SiteFinder.Require(widths[0] is > 0 and <= int.MaxValue, $"the stream is {widths[0]} wide");
        SiteFinder.Require(
            facts.HiddenSize is not { } hidden || hidden == widths[0],
            $"the stream is {widths[0]} wide, while genai_config.json says {facts.HiddenSize}");
        var elements = sites.Select(site => ElementType(types, nodes[site.Node])).Distinct().ToArray();
        SiteFinder.Require(elements.Length == 1, $"the stream changes its type from block to block: {string.Join(", ", elements)}");
        SiteFinder.Require(
            elements[0] is DataType.Float or DataType.Float16,
            $"the stream's type is {elements[0]}; sockets are written for FLOAT and FLOAT16");
        return new ResidualSites
        {
            Sites = sites,
            Entry = entry,
            HiddenSize = (int)widths[0],
            IsHalf = elements[0] is DataType.Float16,
            IsParallel = parallel,
        };
    }

    private static IEnumerable<string> Tensors(NodeProto node) => GraphOperators.IsSkipNorm(node) ? node.Input.Take(3) : node.Input.Take(2);

    private static DataType ElementType(StreamTypes types, NodeProto node) =>
        Tensors(node).Select(types.ElementType).FirstOrDefault(type => type is not null)
        ?? throw SiteFinder.Refusal($"nothing says the element type of {GraphOperators.Describe(node)}");
}
