namespace Steering.Tensors;

/// <summary>Named tensors in a file, whatever the container.</summary>
internal interface ITensorSource : IDisposable
{
    string Path { get; }

    IReadOnlyCollection<string> Names { get; }

    bool Contains(string name);

    TensorInfo Describe(string name);

    float[] ReadFloat32(string name);

    long[] ReadInt64(string name);
}

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
