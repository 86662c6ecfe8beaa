using Steering.Export.Onnx;
using Steering.Export.Sockets;
using DataType = Steering.Export.Onnx.TensorProto.Types.DataType;

namespace Steering.Export.Cuts;

/// <summary>The few nodes and declarations that a cut adds.</summary>
internal static class CutNodes
{
    private const float DefaultEpsilon = 1e-12f;

    /// <summary>Gives a tensor another name and, where it has another, that element type. A conversion to its own type costs nothing.</summary>
    public static NodeProto Convert(string tensor, string name, DataType type)
    {
        var node = new NodeProto { Name = name, OpType = "Cast" };
        node.Input.Add(tensor);
        node.Output.Add(name);
        node.Attribute.Add(NodeWriter.Int("to", (int)type));
        return node;
    }

    /// <summary>Makes another tensor take the place of a node's output, whoever reads it.</summary>
    public static void Replace(GraphProto graph, NodeProto node, int output, string replacement)
    {
        if (GraphOperators.Output(node, output) is not { Length: > 0 } name)
        {
            return;
        }

        // Readers may be sub-graphs, so they keep the name and another node makes it.
        node.Output[output] = string.Empty;
        var identity = new NodeProto { Name = $"{replacement}/in", OpType = "Identity" };
        identity.Input.Add(replacement);
        identity.Output.Add(name);
        graph.Node.Add(identity);
    }

    /// <summary>The norm of a fused skip and norm, applied to a stream that holds the sum already.</summary>
    public static NodeProto Norm(NodeProto fused, string stream)
    {
        var simplified = fused.OpType.Contains("Simplified", StringComparison.Ordinal);
        var node = new NodeProto { Name = $"{stream}/norm", OpType = simplified ? "SimplifiedLayerNormalization" : "LayerNormalization" };
        node.Input.Add(stream);
        node.Input.Add(fused.Input[2]);
        if (!simplified && GraphOperators.Input(fused, 3) is { Length: > 0 } bias)
        {
            node.Input.Add(bias);
        }

        var epsilon = fused.Attribute.FirstOrDefault(attribute => string.Equals(attribute.Name, "epsilon", StringComparison.Ordinal))?.F ?? DefaultEpsilon;
        node.Attribute.Add(NodeWriter.Int("axis", -1));
        node.Attribute.Add(NodeWriter.Int("stash_type", 1));
        node.Attribute.Add(new AttributeProto { Name = "epsilon", F = epsilon, Type = AttributeProto.Types.AttributeType.Float });
        node.Output.Add(fused.Output[0]);
        return node;
    }

    /// <summary>A declaration f32 [B, S, d], in the symbols that the token ids are declared with.</summary>
    public static ValueInfoProto Declare(string name, GraphProto graph, GraphInterface names, int hiddenSize)
    {
        var shape = graph.Input.FirstOrDefault(input => string.Equals(input.Name, names.InputIds, StringComparison.Ordinal))?.Type?.TensorType?.Shape?.Clone();
        if (shape is not { Dim.Count: 2 })
        {
            shape = new TensorShapeProto();
            shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = "batch_size" });
            shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = "sequence_length" });
        }

        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = hiddenSize });
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = NodeWriter.Type(DataType.Float, shape) } };
    }
}
