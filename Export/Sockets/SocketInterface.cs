using System.Globalization;
using Steering.Export.Onnx;
using Steering.Sockets;
using DataType = Steering.Export.Onnx.TensorProto.Types.DataType;

namespace Steering.Export.Sockets;

/// <summary>Declares the inputs and outputs of a socket in the shapes of <see cref="SocketLayout"/>.</summary>
internal static class SocketInterface
{
    /// <summary>
    /// Makes the sum that is written at a site the site's residual output by giving it that name, which costs no node.
    /// Call it for every site before any is redirected, because sub-graphs capture tensors by name.
    /// </summary>
    /// <returns>Whether that was possible; else <see cref="CopyResidual"/> is due.</returns>
    public static bool TryRenameResidual(GraphEdits edits, GraphSite site, ResidualSites stream)
    {
        var node = edits.Index.Nodes[site.Node];
        while (node.Output.Count <= site.StreamOutput)
        {
            node.Output.Add(string.Empty);
        }

        var sum = node.Output[site.StreamOutput];
        var captured = edits.Index.Consumers(sum).Any(reader => GraphIndex.Subgraphs(edits.Index.Nodes[reader]).Any());
        if (stream.IsHalf || captured || edits.Index.IsOutput(sum))
        {
            return false;
        }

        var name = SocketLayout.Residual(SocketLayout.ResidualSite(site.Block));
        edits.Rename(sum, name);
        node.Output[site.StreamOutput] = name;
        return true;
    }

    /// <summary>Adds the node that copies or converts the sum to the site's residual output.</summary>
    public static void CopyResidual(GraphEdits edits, GraphSite site, ResidualSites stream)
    {
        var writer = new NodeWriter($"/steering/{SocketLayout.ResidualSite(site.Block)}/residual", opset: 0);
        var node = edits.Index.Nodes[site.Node];
        var sum = node.Output[site.StreamOutput];
        if (sum.Length == 0)
        {
            node.Output[site.StreamOutput] = sum = $"{node.Name}/sum";
        }

        if (stream.IsHalf)
        {
            writer.Cast(sum, DataType.Float);
        }
        else
        {
            writer.Add("Identity", sum);
        }

        writer.Nodes[^1].Output[0] = SocketLayout.Residual(SocketLayout.ResidualSite(site.Block));
        edits.InsertAfter(site.Node, writer);
    }

    /// <summary>Adds a socket's inputs and outputs to a graph.</summary>
    public static void Declare(GraphProto graph, int block, int hiddenSize)
    {
        var site = SocketLayout.ResidualSite(block);
        var width = hiddenSize.ToString(CultureInfo.InvariantCulture);
        string Own(string name) => $"{site}.{name}";
        void Input(string name, DataType type, params ReadOnlySpan<string> shape) => graph.Input.Add(Value(name, type, shape));

        Input(SocketLayout.Read(site), DataType.Float, Own("rows"), width);
        Input(SocketLayout.Write(site), DataType.Float, Own("rows"), width);
        Input(SocketLayout.Dials(site), DataType.Float, Own("dial_batch"), "1", Own("dials"));
        Input(SocketLayout.GateRow(site), DataType.Int64, Own("rows"));
        Input(SocketLayout.Scale(site), DataType.Float, Own("scale_rows"), Own("rows"));
        Input(SocketLayout.Attenuation(site), DataType.Float, Own("attenuation_batch"), Own("attenuation_rows"), Own("rows"));
        Input(SocketLayout.Encoder(site), DataType.Float, Own("latents"), width);
        Input(SocketLayout.EncoderBias(site), DataType.Float, Own("latents"));
        Input(SocketLayout.EncoderRank(site), DataType.Int64, "1");
        graph.Output.Add(Value(SocketLayout.Activations(site), DataType.Float, ["batch_size", "sequence_length", Own("rows")]));
        graph.Output.Add(Value(SocketLayout.Residual(site), DataType.Float, ["batch_size", "sequence_length", width]));
    }

    private static ValueInfoProto Value(string name, DataType type, ReadOnlySpan<string> shape)
    {
        var dimensions = new TensorShapeProto();
        foreach (var size in shape)
        {
            dimensions.Dim.Add(long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? new TensorShapeProto.Types.Dimension { DimValue = number }
                : new TensorShapeProto.Types.Dimension { DimParam = size });
        }

        var tensor = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = dimensions };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }
}
