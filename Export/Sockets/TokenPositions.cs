using DataType = Steering.Export.Onnx.TensorProto.Types.DataType;

namespace Steering.Export.Sockets;

/// <summary>
/// Positions of the tokens of a step, f32 [B, S, 1], computed once for all sites: the tokens that the attention mask
/// counts, from 0, padding on the left below 0.
/// </summary>
internal static class TokenPositions
{
    /// <summary>Adds the nodes, which run only where a site has rows, and returns the positions' name.</summary>
    /// <param name="writer">Receives the nodes.</param>
    /// <param name="used">Boolean scalar: whether any site has rows.</param>
    /// <param name="index">The graph.</param>
    /// <param name="names">Names of its inputs.</param>
    /// <exception cref="SteeringException">The graph takes neither an attention mask nor position ids.</exception>
    public static string Write(NodeWriter writer, string used, GraphIndex index, GraphInterface names)
    {
        var counted = writer.Branch("counted");
        var unused = writer.Branch("unused");
        var positions = Count(counted, index, names);
        return writer.If(used, (counted, [positions]), (unused, [unused.NoNumbers(rank: 3)]), NodeWriter.Type(DataType.Float))[0];
    }

    private static string Count(NodeWriter writer, GraphIndex index, GraphInterface names)
    {
        if (index.IsInput(names.AttentionMask))
        {
            return FromMask(writer, index, names);
        }

        if (index.IsInput(names.PositionIds))
        {
            return writer.Add("Unsqueeze", writer.Cast(names.PositionIds, DataType.Float), writer.Vector(2));
        }

        throw new SteeringException(
            $"The graph has no input '{names.AttentionMask}' and no input '{names.PositionIds}', so a socket could not tell where a token stands and leave position 0 alone. Export the model with one of them.");
    }

    private static string FromMask(NodeWriter writer, GraphIndex index, GraphInterface names)
    {
        var mask = Type(index, names.AttentionMask) is DataType.Int64 ? names.AttentionMask : writer.Cast(names.AttentionMask, DataType.Int64);
        var length = writer.AddWith("Gather", [writer.Add("Shape", names.InputIds), writer.Scalar(1L)], NodeWriter.Int("axis", 0));
        var total = writer.AddWith("Gather", [writer.Add("Shape", mask), writer.Scalar(1L)], NodeWriter.Int("axis", 0));

        // With a past, the last token is number sum(mask) − 1 whichever side the padding is on. Without one, a prompt
        // padded on the right starts at column 0 and one padded on the left at its first 1.
        var counted = writer.Add("ReduceSum", mask, writer.Vector(1));
        var first = writer.AddWith("ArgMax", [mask], NodeWriter.Int("axis", 1));
        var end = writer.Add("Where", writer.Add("Equal", total, length), writer.Add("Sub", total, first), counted);
        var start = writer.Add("Sub", end, length);
        var steps = writer.Add("Range", writer.Scalar(0L), length, writer.Scalar(1L));
        return writer.Add("Unsqueeze", writer.Cast(writer.Add("Add", start, steps), DataType.Float), writer.Vector(2));
    }

    private static DataType Type(GraphIndex index, string input)
    {
        var type = (DataType)(index.Type(input)?.ElemType ?? 0);
        var rank = index.Type(input)?.Shape?.Dim.Count ?? 2;
        return rank == 2 && type is DataType.Int64 or DataType.Int32
            ? type
            : throw new SteeringException($"The input '{input}' is {type} with {rank} dimensions; sockets expect a mask of 0 and 1, INT64 [batch, tokens]. Export the model with such a mask.");
    }
}
