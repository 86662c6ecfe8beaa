using Steering.IO;

namespace Steering.Tensors;

/// <summary>
/// A safetensors file mapped into memory: opening it reads the header only. The whole header is checked first (sizes,
/// ranges, gaps, overlaps, duplicates), so that a hostile file is refused with one sentence. Safe for concurrent
/// readers. Spans taken from it are valid until <see cref="Dispose"/>.
/// </summary>
public sealed class SafetensorsFile : ITensorSource
{
    private readonly MappedFile _file;
    private readonly SafetensorsHeader _header;

    private SafetensorsFile(MappedFile file, SafetensorsHeader header)
    {
        _file = file;
        _header = header;
        Names = [.. header.Tensors.Values.OrderBy(entry => entry.Begin).ThenBy(entry => entry.Info.Name, StringComparer.Ordinal).Select(entry => entry.Info.Name)];
    }

    /// <summary>The path it was opened from.</summary>
    public string Path => _file.Path;

    /// <summary>The strings under <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Names of the tensors, in the order of their bytes.</summary>
    public IReadOnlyCollection<string> Names { get; }

    /// <summary>Maps a file and checks its header.</summary>
    /// <exception cref="SteeringException">The file is missing, truncated, damaged or of another format; the message names the tensor.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var file = MappedFile.Open(path);
        try
        {
            var prefix = file.Span(0, (int)Math.Min(sizeof(ulong), file.Length));
            var length = SafetensorsHeader.CheckedLength(path, prefix, file.Length);
            return new SafetensorsFile(file, SafetensorsHeader.Parse(path, file.Span(sizeof(ulong), length), file.Length));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Whether the file holds a tensor of that name.</summary>
    public bool Contains(string name) => _header.Tensors.ContainsKey(name);

    /// <summary>Type and shape of a tensor.</summary>
    /// <exception cref="SteeringException">There is no such tensor; the message lists near names.</exception>
    public TensorInfo Describe(string name) => Find(name).Info;

    /// <summary>The stored little-endian bytes of a tensor, not copied.</summary>
    /// <exception cref="SteeringException">There is no such tensor, or it is longer than 2 GiB.</exception>
    public ReadOnlySpan<byte> Bytes(string name)
    {
        var entry = Find(name);
        return entry.Info.ByteCount <= int.MaxValue
            ? Bytes(entry, 0, (int)entry.Info.ByteCount)
            : throw new SteeringException($"{Path}: tensor '{name}' has {entry.Info.ByteCount} bytes, more than one span can show; read it with ReadFloat32 or in parts.");
    }

    /// <summary>A part of the stored bytes of a tensor, not copied: for tensors longer than 2 GiB.</summary>
    /// <param name="name">Tensor name.</param>
    /// <param name="offset">First byte, from 0.</param>
    /// <param name="length">Number of bytes.</param>
    /// <exception cref="SteeringException">There is no such tensor.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie inside the tensor.</exception>
    public ReadOnlySpan<byte> Bytes(string name, long offset, int length)
    {
        var entry = Find(name);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, entry.Info.ByteCount - offset);
        return Bytes(entry, offset, length);
    }

    /// <summary>Reads a tensor of any element type as fp32 into a new array.</summary>
    /// <exception cref="SteeringException">There is no such tensor, or it has more elements than an array can hold.</exception>
    public float[] ReadFloat32(string name)
    {
        var values = new float[ArrayLength(name)];
        ReadFloat32(name, values);
        return values;
    }

    /// <summary>Reads a tensor of any element type as fp32.</summary>
    /// <param name="name">Tensor name.</param>
    /// <param name="destination">Receives the elements row-major; its length must be the element count.</param>
    /// <exception cref="SteeringException">There is no such tensor, or the lengths differ.</exception>
    public void ReadFloat32(string name, Span<float> destination)
    {
        using var call = _file.Call();
        var entry = Find(name);
        var info = entry.Info;
        if (info.Count != destination.Length)
        {
            throw new SteeringException($"{Path}: tensor '{name}' [{string.Join(", ", info.Shape)}] has {info.Count} elements; room for {destination.Length} was given.");
        }

        // In pieces: the bytes of a tensor can be more than one span shows, its elements not.
        const int Piece = 1 << 26;
        var size = info.ElementType.Size();
        for (var start = 0; start < destination.Length; start += Piece)
        {
            var part = destination.Slice(start, Math.Min(Piece, destination.Length - start));
            TensorConversion.ToFloat32(info.ElementType, Bytes(entry, (long)start * size, part.Length * size), part);
        }
    }

    /// <summary>Reads a tensor of integers or booleans as 64-bit integers.</summary>
    /// <exception cref="SteeringException">There is no such tensor, or its elements are not integers.</exception>
    public long[] ReadInt64(string name)
    {
        using var call = _file.Call();
        var info = Describe(name);
        if (info.ElementType >= TensorElementType.Float16)
        {
            throw new SteeringException($"{Path}: tensor '{name}' holds {info.ElementType} elements; integers were expected.");
        }

        var values = new long[ArrayLength(name)];
        TensorConversion.ToInt64(info.ElementType, Bytes(name), values);
        return values;
    }

    /// <summary>Unmaps the file.</summary>
    public void Dispose() => _file.Dispose();

    /// <summary>Keeps the file mapped while spans of it are read.</summary>
    internal NativeCall Call() => _file.Call();

    private ReadOnlySpan<byte> Bytes(SafetensorsHeader.Entry entry, long offset, int length) =>
        _file.Span(_header.DataStart + entry.Begin + offset, length);

    private int ArrayLength(string name)
    {
        var info = Describe(name);
        return info.Count <= Array.MaxLength
            ? (int)info.Count
            : throw new SteeringException($"{Path}: tensor '{name}' has {info.Count} elements, more than one array can hold ({Array.MaxLength}); read it in parts.");
    }

    private SafetensorsHeader.Entry Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _header.Tensors.TryGetValue(name, out var entry)
            ? entry
            : throw new SteeringException($"{Path} has no tensor '{name}'; the nearest of its {Names.Count} names: {Suggestions.For(name, Names)}.");
    }
}
