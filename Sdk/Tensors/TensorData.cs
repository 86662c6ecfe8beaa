using System.Runtime.InteropServices;

namespace Steering.Tensors;

/// <summary>A named tensor to be written by <see cref="SafetensorsWriter"/>. It refers to the caller's memory; nothing is copied.</summary>
public sealed class TensorData
{
    private readonly Action<Stream> _write;

    private TensorData(TensorInfo info, long elements, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(info.Name, "name");
        if (info.Shape.Any(size => size < 0) || info.Count != elements)
        {
            throw new SteeringException($"Tensor '{info.Name}' has {elements} elements, but its shape [{string.Join(", ", info.Shape)}] does not hold that many.");
        }

        Info = info;
        _write = write;
    }

    /// <summary>Name, element type and shape.</summary>
    public TensorInfo Info { get; }

    /// <summary>An fp32 tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Row-major shape.</param>
    /// <param name="values">The elements; not copied.</param>
    /// <exception cref="SteeringException">The shape does not hold that many elements.</exception>
    public static TensorData FromFloat32(string name, IReadOnlyList<long> shape, ReadOnlyMemory<float> values) =>
        From(name, TensorElementType.Float32, shape, values);

    /// <summary>A tensor of 64-bit integers.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Row-major shape.</param>
    /// <param name="values">The elements; not copied.</param>
    /// <exception cref="SteeringException">The shape does not hold that many elements.</exception>
    public static TensorData FromInt64(string name, IReadOnlyList<long> shape, ReadOnlyMemory<long> values) =>
        From(name, TensorElementType.Int64, shape, values);

    /// <summary>A tensor of any element type from its little-endian bytes.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="elementType">Type of the elements.</param>
    /// <param name="shape">Row-major shape.</param>
    /// <param name="bytes">The stored bytes; not copied.</param>
    /// <exception cref="SteeringException">The shape does not hold that many elements.</exception>
    public static TensorData FromBytes(string name, TensorElementType elementType, IReadOnlyList<long> shape, ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length % elementType.Size() != 0)
        {
            throw new SteeringException($"Tensor '{name}' has {bytes.Length} bytes, not a multiple of the {elementType.Size()} bytes of a {elementType} element.");
        }

        return new TensorData(new TensorInfo(name, elementType, shape), bytes.Length / elementType.Size(), stream => stream.Write(bytes.Span));
    }

    internal void WriteTo(Stream stream) => _write(stream);

    private static TensorData From<T>(string name, TensorElementType type, IReadOnlyList<long> shape, ReadOnlyMemory<T> values)
        where T : unmanaged =>
        new(new TensorInfo(name, type, shape), values.Length, stream => WriteElements(stream, values.Span));

    private static void WriteElements<T>(Stream stream, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        // In pieces: a span of bytes cannot be longer than 2 GiB, a span of elements can hold more bytes than that.
        const int Piece = 1 << 20;
        for (; !values.IsEmpty; values = values[Math.Min(Piece, values.Length)..])
        {
            stream.Write(MemoryMarshal.AsBytes(values[..Math.Min(Piece, values.Length)]));
        }
    }
}
