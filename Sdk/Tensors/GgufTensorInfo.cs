namespace Steering.Tensors;

/// <summary>A tensor of a GGUF file.</summary>
/// <param name="Name">Name inside the file.</param>
/// <param name="Type">How the elements are stored.</param>
/// <param name="Shape">Row-major sizes, slowest dimension first: the reverse of the order in the file.</param>
/// <param name="Offset">First byte, counted from the start of the tensor data.</param>
public sealed record GgufTensorInfo(string Name, GgufTensorType Type, IReadOnlyList<long> Shape, long Offset)
{
    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => checked(product * size));

    /// <summary>Number of bytes.</summary>
    public long ByteCount
    {
        get
        {
            var (elements, bytes) = Type.Block();
            return checked(Count / elements * bytes);
        }
    }
}
