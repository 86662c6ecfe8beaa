namespace Steering.Tensors;

/// <summary>A tensor's name, element type and row-major shape.</summary>
/// <param name="Name">Name inside its file.</param>
/// <param name="ElementType">Type of the stored elements.</param>
/// <param name="Shape">Sizes, slowest dimension first; empty for a scalar.</param>
public sealed record TensorInfo(string Name, TensorElementType ElementType, IReadOnlyList<long> Shape)
{
    /// <summary>Number of elements; 1 for a scalar.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => checked(product * size));

    /// <summary>Number of bytes of the elements.</summary>
    public long ByteCount => checked(Count * ElementType.Size());
}
