namespace Steering.Tensors;

/// <summary>Sizes and safetensors names of the element types.</summary>
public static class TensorElementTypes
{
    private static readonly (TensorElementType Type, string Name, int Size)[] Table =
    [
        (TensorElementType.Bool, "BOOL", 1),
        (TensorElementType.UInt8, "U8", 1),
        (TensorElementType.Int8, "I8", 1),
        (TensorElementType.Int16, "I16", 2),
        (TensorElementType.Int32, "I32", 4),
        (TensorElementType.Int64, "I64", 8),
        (TensorElementType.Float16, "F16", 2),
        (TensorElementType.BFloat16, "BF16", 2),
        (TensorElementType.Float32, "F32", 4),
        (TensorElementType.Float64, "F64", 8),
    ];

    /// <summary>The names that the safetensors reader accepts, for messages.</summary>
    internal static string KnownNames => string.Join(", ", Table.Select(row => row.Name));

    /// <summary>Bytes of one element.</summary>
    public static int Size(this TensorElementType type) => Row(type).Size;

    /// <summary>Name in a safetensors header: <c>F32</c>, <c>BF16</c> …</summary>
    public static string SafetensorsName(this TensorElementType type) => Row(type).Name;

    /// <summary>Finds the type that a safetensors header names.</summary>
    public static bool TryParse(string name, out TensorElementType type)
    {
        var index = Array.FindIndex(Table, row => string.Equals(row.Name, name, StringComparison.Ordinal));
        type = index < 0 ? default : Table[index].Type;
        return index >= 0;
    }

    private static (TensorElementType Type, string Name, int Size) Row(TensorElementType type) =>
        (uint)type < (uint)Table.Length
            ? Table[(int)type]
            : throw new ArgumentOutOfRangeException(nameof(type), type, "Not an element type.");
}
