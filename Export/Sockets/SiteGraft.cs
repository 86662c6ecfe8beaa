using Steering.Export.Onnx;
using Steering.Sockets;
using DataType = Steering.Export.Onnx.TensorProto.Types.DataType;

namespace Steering.Export.Sockets;

/// <summary>Writes the nodes of one site and puts them between the stream and the node that adds to it.</summary>
internal static class SiteGraft
{
    /// <summary>Redirects the stream input of <paramref name="node"/> through the socket and returns the nodes to stand before it.</summary>
    public static NodeWriter Write(NodeProto node, GraphSite site, ResidualSites stream, TensorShapeProto shape, string plugged, string positions, long opset)
    {
        var name = SocketLayout.ResidualSite(site.Block);
        var type = stream.IsHalf ? DataType.Float16 : DataType.Float;
        var writer = new NodeWriter($"/steering/{name}", opset);
        var addend = node.Input[site.StreamInput];
        var addends = new List<string> { node.Input[0], node.Input[1] };
        if (GraphOperators.IsSkipNorm(node) && GraphOperators.SkipNormBias(node) is { Length: > 0 } bias)
        {
            addends.Add(bias);
        }

        var edit = writer.Branch("edit");
        var (edited, activations) = new SocketSubgraph(name, stream.HiddenSize, positions).Write(edit, addends, addend, stream.IsHalf);
        node.Input[site.StreamInput] = writer.If(
            plugged,
            (edit, [edited, activations]),
            Idle(writer.Branch("idle"), addend),
            NodeWriter.Type(type, shape),
            NodeWriter.Type(DataType.Float))[0];
        writer.Nodes[^1].Output[1] = SocketLayout.Activations(name);
        return writer;
    }

    private static (NodeWriter Writer, string[] Results) Idle(NodeWriter writer, string addend) =>
        (writer, [writer.Add("Identity", addend), writer.NoNumbers(rank: 3)]);
}
