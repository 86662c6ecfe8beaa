using static Steering.Export.Onnx.TensorProto.Types;

namespace Steering.Export.Onnx;

/// <summary>Facts about ONNX element types.</summary>
internal static class GraphTypes
{
    /// <summary>Bytes of <paramref name="count"/> elements of an ONNX element type; 4-bit types are packed two to a byte.</summary>
    /// <param name="dataType">Number of the type in <c>TensorProto.DataType</c>.</param>
    /// <param name="count">Number of elements.</param>
    /// <returns>The length in bytes, or null for types without a fixed size (strings, unknown types).</returns>
    public static long? ByteLength(int dataType, long count) => dataType switch
    {
        (int)DataType.Uint8 or (int)DataType.Int8 or (int)DataType.Bool => count,
        (int)DataType.Uint16 or (int)DataType.Int16 or (int)DataType.Float16 or (int)DataType.Bfloat16 => checked(count * 2),
        (int)DataType.Float or (int)DataType.Int32 or (int)DataType.Uint32 => checked(count * 4),
        (int)DataType.Double or (int)DataType.Int64 or (int)DataType.Uint64 or (int)DataType.Complex64 => checked(count * 8),
        (int)DataType.Complex128 => checked(count * 16),
        >= 17 and <= 20 => count, // the four 8-bit floats
        21 or 22 => (count + 1) / 2, // uint4, int4
        _ => null,
    };

    /// <summary>Number of elements of a shape.</summary>
    /// <exception cref="SteeringException">A dimension is negative or the product overflows.</exception>
    public static long Count(string name, IReadOnlyList<long> shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        long count = 1;
        foreach (var dimension in shape)
        {
            if (dimension < 0 || (dimension > 0 && count > long.MaxValue / 16 / dimension))
            {
                throw new SteeringException($"Tensor '{name}' has the impossible shape [{string.Join(", ", shape)}].");
            }

            count *= dimension;
        }

        return count;
    }
}
