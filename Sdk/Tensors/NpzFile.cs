using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.IO.Hashing;
using Steering.IO;

namespace Steering.Tensors;

/// <summary>
/// A numpy <c>.npz</c> archive: a zip, stored or deflated, of <c>.npy</c> arrays. Opening it reads the heads only. Sizes
/// are checked against the archive before anything is allocated, names must be plain, arrays of Python objects are
/// refused, and every array is checked against its checksum when it is read. One thread at a time.
/// </summary>
internal sealed class NpzFile : ITensorSource
{
    private const string Suffix = ".npy";
    private const int MaximumArrays = 256;

    /// <summary>What deflate can make of a byte at most, and what numbers that are not all alike are taken to make.</summary>
    private const long PossibleRatio = 1032;

    private const long PlausibleRatio = 64;
    private const long RatioMattersFrom = 16L << 20;
    private const int BufferBytes = 1 << 16;

    private readonly FileStream _stream;
    private readonly ZipArchive _archive;
    private readonly Dictionary<string, (ZipArchiveEntry Entry, NpyHeader Header)> _arrays = new(StringComparer.Ordinal);

    private NpzFile(string path, FileStream stream, ZipArchive archive)
    {
        Path = path;
        _stream = stream;
        _archive = archive;
    }

    /// <summary>The path it was opened from.</summary>
    public string Path { get; }

    /// <summary>Names of the arrays, without <c>.npy</c>, in the order of the archive.</summary>
    public IReadOnlyCollection<string> Names => _arrays.Keys;

    /// <summary>Opens an archive and checks the head of every array.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="SteeringException">The file is missing, damaged, hostile or of another format; the message names the array.</exception>
    public static NpzFile Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var stream = ReadableFile.Open(path);
        ZipArchive? archive = null;
        try
        {
            archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            var file = new NpzFile(path, stream, archive);
            file.ReadHeads();
            return file;
        }
        catch (Exception failure) when (IsDamage(failure))
        {
            archive?.Dispose();
            stream.Dispose();
            throw new SteeringException($"{path} is not a zip archive of numpy arrays, or it is damaged: {failure.Message}", failure);
        }
        catch
        {
            archive?.Dispose();
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Whether the archive holds an array of that name.</summary>
    public bool Contains(string name) => _arrays.ContainsKey(name);

    /// <summary>Type and shape of an array.</summary>
    /// <exception cref="SteeringException">There is no such array; the message lists near names.</exception>
    public TensorInfo Describe(string name) => Find(name).Header.Info;

    /// <summary>Reads an array of any element type as fp32, row-major whatever the order it is stored in.</summary>
    /// <exception cref="SteeringException">There is no such array, or it is damaged.</exception>
    public float[] ReadFloat32(string name)
    {
        var (entry, header) = Find(name);
        var values = new float[header.Info.Count];
        Read(name, entry, header, (bytes, first) => TensorConversion.ToFloat32(header.Info.ElementType, bytes, values.AsSpan(first, bytes.Length / header.Info.ElementType.Size())));
        return Ordered(name, values, header);
    }

    /// <summary>Reads an array of integers or booleans as 64-bit integers.</summary>
    /// <exception cref="SteeringException">There is no such array, its elements are not integers, or it is damaged.</exception>
    public long[] ReadInt64(string name)
    {
        var (entry, header) = Find(name);
        if (header.Info.ElementType >= TensorElementType.Float16 || header.Info.Shape.Count > 1)
        {
            throw new SteeringException($"{Path}: array '{name}' holds {header.Info.ElementType} elements in {header.Info.Shape.Count} dimensions; integers in at most one were expected.");
        }

        var values = new long[header.Info.Count];
        Read(name, entry, header, (bytes, first) => TensorConversion.ToInt64(header.Info.ElementType, bytes, values.AsSpan(first, bytes.Length / header.Info.ElementType.Size())));
        return values;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        _archive.Dispose();
        _stream.Dispose();
    }

    private static bool IsDamage(Exception failure) => failure is InvalidDataException or IOException or NotSupportedException or OverflowException or ArgumentException;

    private void ReadHeads()
    {
        if (_archive.Entries.Count > MaximumArrays)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{Path} holds {_archive.Entries.Count} entries; an archive of at most {MaximumArrays} arrays was expected."));
        }

        foreach (var entry in _archive.Entries)
        {
            var name = ArrayName(entry);
            CheckSize(name, entry);
            var checksum = new Crc32();
            using var stream = entry.Open();
            var header = NpyHeader.Read($"{Path}: array '{name}'", name, stream, checksum);
            var expected = header.Length + header.Info.ByteCount;
            if (entry.Length != expected)
            {
                throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{Path}: array '{name}' of shape [{string.Join(", ", header.Info.Shape)}] takes {expected} bytes, but its entry has {entry.Length}. The file is damaged."));
            }

            if (!_arrays.TryAdd(name, (entry, header)))
            {
                throw new SteeringException($"{Path} holds two arrays named '{name}'; names must differ.");
            }
        }
    }

    private string ArrayName(ZipArchiveEntry entry)
    {
        var name = entry.FullName;
        if (!name.EndsWith(Suffix, StringComparison.Ordinal) || name.AsSpan().ContainsAny('/', '\\', ':') || name.AsSpan().ContainsAnyInRange('\0', '\x1f') || name.Length > 128)
        {
            throw new SteeringException($"{Path} holds the entry '{(name.Length > 128 ? name[..128] + "…" : name)}'; every entry of an .npz is an array with a plain name that ends in {Suffix}.");
        }

        if (entry.IsEncrypted)
        {
            throw new SteeringException($"{Path}: array '{name}' is encrypted; save it without a password.");
        }

        return name[..^Suffix.Length];
    }

    private void CheckSize(string name, ZipArchiveEntry entry)
    {
        if (entry.CompressedLength > _stream.Length || entry.Length < 0 || entry.CompressedLength < 0)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{Path}: array '{name}' claims {entry.CompressedLength} bytes of a file of {_stream.Length}. The file is damaged."));
        }

        var ratio = entry.Length > RatioMattersFrom ? PlausibleRatio : PossibleRatio;
        if (entry.Length > (entry.CompressedLength + 64) * ratio)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{Path}: array '{name}' claims to unpack {entry.CompressedLength} bytes into {entry.Length}; weights do not compress like that, so it is not opened."));
        }
    }

    private void Read(string name, ZipArchiveEntry entry, NpyHeader expected, Action<ReadOnlySpan<byte>, int> take)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var checksum = new Crc32();
            using var stream = entry.Open();
            _ = NpyHeader.Read($"{Path}: array '{name}'", name, stream, checksum);
            var size = expected.Info.ElementType.Size();
            for (long at = 0; at < expected.Info.Count;)
            {
                var bytes = buffer.AsSpan(0, (int)Math.Min(BufferBytes / size, expected.Info.Count - at) * size);
                stream.ReadExactly(bytes);
                checksum.Append(bytes);
                take(bytes, (int)at);
                at += bytes.Length / size;
            }

            if (stream.ReadByte() >= 0 || checksum.GetCurrentHashAsUInt32() != entry.Crc32)
            {
                throw new SteeringException($"{Path}: array '{name}' does not have the checksum that the archive gives it. The file is damaged; fetch it again.");
            }
        }
        catch (Exception failure) when (IsDamage(failure))
        {
            throw new SteeringException($"{Path}: array '{name}' is damaged: {failure.Message}", failure);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private float[] Ordered(string name, float[] values, NpyHeader header)
    {
        if (!header.Fortran || header.Info.Shape.Count < 2)
        {
            return values;
        }

        return header.Info.Shape.Count == 2
            ? Saes.MatrixTranspose.Of(values, (int)header.Info.Shape[1], (int)header.Info.Shape[0])
            : throw new SteeringException($"{Path}: array '{name}' has {header.Info.Shape.Count} dimensions in Fortran order; save it with numpy.ascontiguousarray.");
    }

    private (ZipArchiveEntry Entry, NpyHeader Header) Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _arrays.TryGetValue(name, out var found)
            ? found
            : throw new SteeringException($"{Path} has no array '{name}'; the nearest of its {_arrays.Count} names: {Suggestions.For(name, _arrays.Keys)}.");
    }
}
