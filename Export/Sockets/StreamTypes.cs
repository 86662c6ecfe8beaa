using Steering.Export.Onnx;
using DataType = Steering.Export.Onnx.TensorProto.Types.DataType;

namespace Steering.Export.Sockets;

/// <summary>
/// Element type and width of a tensor, worked out from weights where the graph declares none. Declared types of inner
/// tensors are optional in ONNX and often absent.
/// </summary>
internal sealed class StreamTypes(GraphIndex index)
{
    private const int MaximumDepth = 64;

    private readonly Dictionary<string, DataType?> _elements = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long?> _widths = new(StringComparer.Ordinal);

    /// <summary>Element type, or null when nothing in the graph says it.</summary>
    public DataType? ElementType(string tensor) => ElementType(tensor, MaximumDepth);

    /// <summary>Size of the last dimension, or null when nothing in the graph says it.</summary>
    public long? Width(string tensor) => Width(tensor, MaximumDepth);

    private DataType? ElementType(string tensor, int depth)
    {
        if (!_elements.TryGetValue(tensor, out var found))
        {
            _elements[tensor] = found = InferElementType(tensor, depth);
        }

        return found;
    }

    private long? Width(string tensor, int depth)
    {
        if (!_widths.TryGetValue(tensor, out var found))
        {
            _widths[tensor] = found = InferWidth(tensor, depth);
        }

        return found;
    }

    private DataType? InferElementType(string tensor, int depth)
    {
        if (index.Initializer(tensor) is { } constant)
        {
            return (DataType)constant.DataType;
        }

        if (index.Type(tensor) is { ElemType: not 0 } type)
        {
            return (DataType)type.ElemType;
        }

        var producer = index.Producer(tensor);
        if (producer < 0 || depth == 0)
        {
            return null;
        }

        var node = index.Nodes[producer];
        return node.OpType switch
        {
            "Cast" => (DataType)(Attribute(node, "to") ?? 0),
            "MatMulNBits" or "GatherBlockQuantized" => ElementType(GraphOperators.Input(node, 2), depth - 1),
            _ when GraphOperators.IsSkipNorm(node) => ElementType(GraphOperators.Input(node, 2), depth - 1),
            _ when GraphOperators.IsNorm(node) => ElementType(GraphOperators.Input(node, 1), depth - 1),
            _ => node.Input.Where(name => name.Length > 0)
                .Select(name => ElementType(name, depth - 1))
                .FirstOrDefault(found => found is DataType.Float or DataType.Float16 or DataType.Bfloat16),
        };
    }

    private long? InferWidth(string tensor, int depth)
    {
        if (index.Initializer(tensor) is { } constant)
        {
            return constant.Dims.Count > 0 ? constant.Dims[^1] : null;
        }

        if (index.Type(tensor)?.Shape is { Dim.Count: > 0 } shape && shape.Dim[^1] is { HasDimValue: true } last)
        {
            return last.DimValue;
        }

        var producer = index.Producer(tensor);
        if (producer < 0 || depth == 0)
        {
            return null;
        }

        var node = index.Nodes[producer];
        return node.OpType switch
        {
            "MatMulNBits" => Attribute(node, "N"),
            "MatMul" or "FusedMatMul" => index.Initializer(GraphOperators.Input(node, 1)) is { Dims.Count: > 1 } weight && Attribute(node, "transB") is not 1 ? weight.Dims[^1] : null,
            "Gather" => Width(GraphOperators.Input(node, 0), depth - 1),
            "Cast" or "Identity" or "MoE" or "QMoE" => Width(GraphOperators.Input(node, 0), depth - 1),
            "Add" or "Mul" or "Sub" or "Div" => Widest(node.Input, depth - 1),
            _ when GraphOperators.IsSkipNorm(node) => Width(GraphOperators.Input(node, 2), depth - 1),
            _ when GraphOperators.IsNorm(node) => Width(GraphOperators.Input(node, 1), depth - 1),
            _ => null,
        };
    }

    private long? Widest(IEnumerable<string> inputs, int depth) => inputs.Select(name => Width(name, depth)).Max();

    private static long? Attribute(NodeProto node, string name) =>
        node.Attribute.FirstOrDefault(attribute => string.Equals(attribute.Name, name, StringComparison.Ordinal))?.I;
}
