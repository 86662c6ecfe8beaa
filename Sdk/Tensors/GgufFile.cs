namespace Steering.Tensors;

/// <summary>
/// A GGUF file (version 2 or 3, little-endian) mapped into memory: metadata, tensor descriptions and raw bytes. The
/// head of the file is checked as a whole when it is opened. Safe for concurrent readers. Spans and memories taken from
/// it are valid until <see cref="Dispose"/>.
/// </summary>
public sealed class GgufFile : IDisposable
{
    private readonly MappedFile _file;
    private readonly GgufHeader _header;

    private GgufFile(MappedFile file, GgufHeader header)
    {
        _file = file;
        _header = header;
    }

    /// <summary>The path it was opened from.</summary>
    public string Path => _file.Path;

    /// <summary>Version of the format: 2 or 3.</summary>
    public int Version => _header.Version;

    /// <summary>The metadata, in the order of the file.</summary>
    public IReadOnlyDictionary<string, GgufValue> Metadata => _header.Metadata;

    /// <summary>The tensors by name, in the order of the file.</summary>
    public IReadOnlyDictionary<string, GgufTensorInfo> Tensors => _header.Tensors;

    /// <summary>Maps a file and checks its head.</summary>
    /// <exception cref="SteeringException">The file is missing, truncated, damaged or of another format; the message names the key or tensor.</exception>
    public static GgufFile Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var file = MappedFile.Open(path);
        try
        {
            var head = file.Span(0, (int)Math.Min(int.MaxValue, file.Length));
            return new GgufFile(file, GgufHeader.Parse(path, head, file.Length));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Type and shape of a tensor.</summary>
    /// <exception cref="SteeringException">There is no such tensor; the message lists near names.</exception>
    public GgufTensorInfo Describe(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Tensors.TryGetValue(name, out var tensor)
            ? tensor
            : throw new SteeringException($"{Path} has no tensor '{name}'; the nearest of its {Tensors.Count} names: {Suggestions.For(name, Tensors.Keys)}.");
    }

    /// <summary>The stored bytes of a tensor, not copied.</summary>
    /// <exception cref="SteeringException">There is no such tensor, or it is longer than 2 GiB.</exception>
    public ReadOnlySpan<byte> Bytes(string name)
    {
        var tensor = Describe(name);
        return _file.Span(_header.DataStart + tensor.Offset, SpanLength(tensor));
    }

    /// <summary>A part of the stored bytes of a tensor, not copied: for tensors longer than 2 GiB.</summary>
    /// <param name="name">Tensor name.</param>
    /// <param name="offset">First byte, from 0.</param>
    /// <param name="length">Number of bytes.</param>
    /// <exception cref="SteeringException">There is no such tensor.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie inside the tensor.</exception>
    public ReadOnlySpan<byte> Bytes(string name, long offset, int length)
    {
        var tensor = Describe(name);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, tensor.ByteCount - offset);
        return _file.Span(_header.DataStart + tensor.Offset + offset, length);
    }

    /// <summary>The stored bytes of a tensor as a memory, not copied.</summary>
    /// <exception cref="SteeringException">There is no such tensor, or it is longer than 2 GiB.</exception>
    public ReadOnlyMemory<byte> Memory(string name)
    {
        var tensor = Describe(name);
        return _file.Memory(_header.DataStart + tensor.Offset, SpanLength(tensor));
    }

    /// <summary>Reads a tensor of plain numbers (not quantised blocks) as fp32.</summary>
    /// <exception cref="SteeringException">There is no such tensor, it is longer than 2 GiB, or it is stored in blocks.</exception>
    public float[] ReadFloat32(string name)
    {
        using var call = _file.Call();
        var tensor = Describe(name);
        if (tensor.Type.ElementType() is not { } type)
        {
            throw new SteeringException($"{Path}: tensor '{name}' is stored in {tensor.Type} blocks; plain numbers were expected (F32, F16, BF16 …).");
        }

        var bytes = Bytes(name);
        var values = new float[tensor.Count];
        TensorConversion.ToFloat32(type, bytes, values);
        return values;
    }

    /// <summary>Unmaps the file.</summary>
    public void Dispose() => _file.Dispose();

    private int SpanLength(GgufTensorInfo tensor) => tensor.ByteCount <= int.MaxValue
        ? (int)tensor.ByteCount
        : throw new SteeringException($"{Path}: tensor '{tensor.Name}' has {tensor.ByteCount} bytes, more than one span can show; read it in parts.");
}
