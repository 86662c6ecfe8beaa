using System.Buffers.Binary;
using Steering.Export.Onnx;
using DataType = Steering.Export.Onnx.TensorProto.Types.DataType;

namespace Steering.Export.Sockets;

/// <summary>
/// Positions of the tokens of a step, f32 [B, S, 1], computed once for all sites: the graph's own position ids where it
/// takes them, else counted from the attention mask as attention itself counts.
/// </summary>
internal static class TokenPositions
{
    /// <summary>Adds the nodes and returns the positions' name.</summary>
    /// <param name="writer">Receives the nodes.</param>
    /// <param name="index">The graph.</param>
    /// <param name="names">Names of its inputs.</param>
    /// <param name="before">The node before which the added ones will stand.</param>
    /// <exception cref="SteeringException">The graph takes neither position ids nor an attention mask.</exception>
    public static string Write(NodeWriter writer, GraphIndex index, GraphInterface names, int before)
    {
        var positions = IsTable(index, names.PositionIds) ? names.PositionIds : FromMask(writer, index, names, before);
        return writer.Add("Unsqueeze", writer.Cast(positions, DataType.Float), writer.Vector(2));
    }

    /// <summary>
    /// With a past, the last token is number sum(mask) − 1. Without one, a prompt starts at 0, and padding stands on its
    /// right: only position ids can tell a graph of padding on the left.
    /// </summary>
    private static string FromMask(NodeWriter writer, GraphIndex index, GraphInterface names, int before)
    {
        if (!IsTable(index, names.AttentionMask))
        {
            throw new SteeringException(
                $"The graph has no input '{names.AttentionMask}' and no input '{names.PositionIds}' of whole numbers [batch, tokens], so a socket could not tell where a token stands and leave position 0 alone. Export the model with one of them.");
        }

        var length = writer.Length(names.InputIds, axis: 1);
        var counted = Counted(index, names.AttentionMask, before) ?? writer.Sum(Int64(writer, index, names.AttentionMask), 1);
        var start = writer.Add("Max", writer.Add("Sub", counted, length), writer.Scalar(0L));
        return writer.Add("Add", start, writer.Add("Range", writer.Scalar(0L), length, writer.Scalar(1L)));
    }

    private static string Int64(NodeWriter writer, GraphIndex index, string mask) =>
        index.Type(mask)!.ElemType == (int)DataType.Int64 ? mask : writer.Cast(mask, DataType.Int64);

    /// <summary>The sum of the mask's rows, i64 [B, 1], where the graph computes it already: a node less in every step.</summary>
    private static string? Counted(GraphIndex index, string mask, int before) => index.Consumers(mask)
        .Where(consumer => consumer < before && IsRowSum(index, index.Nodes[consumer], mask))
        .Select(consumer => index.Nodes[consumer].Output[0])
        .FirstOrDefault();

    private static bool IsRowSum(GraphIndex index, NodeProto node, string mask) =>
        string.Equals(node.OpType, "ReduceSum", StringComparison.Ordinal)
        && node is { Input.Count: 2, Output.Count: 1 }
        && string.Equals(node.Input[0], mask, StringComparison.Ordinal)
        && index.Type(mask)!.ElemType == (int)DataType.Int64
        && index.Initializer(node.Input[1]) is { } axes
        && IsOne(axes)
        && node.Attribute.All(attribute => string.Equals(attribute.Name, "keepdims", StringComparison.Ordinal) && attribute.I == 1);

    private static bool IsOne(TensorProto axes) => axes.DataType == (int)DataType.Int64
        && (axes.Int64Data is [1] || (axes.RawData.Length == sizeof(long) && BinaryPrimitives.ReadInt64LittleEndian(axes.RawData.Span) == 1));

    private static bool IsTable(GraphIndex index, string input) =>
        index.IsInput(input)
        && index.Type(input) is { ElemType: (int)DataType.Int64 or (int)DataType.Int32 } type
        && (type.Shape?.Dim.Count ?? 2) == 2;
}
