using System.Buffers.Binary;
using System.Text;

namespace Steering.Training.Torch;

/// <summary>
/// The dynamic-linking tables of a 64-bit little-endian x86 shared object (System V ABI, AMD64 supplement), every
/// offset checked against the file before it is followed.
/// </summary>
internal sealed class ElfImage
{
    private const int HeaderSize = 64;
    private const int SegmentSize = 56;
    private const int DynamicSize = 16;
    private const int MaximumSegments = 128;
    private const int MaximumDynamicEntries = 4096;
    private const int LoadSegment = 1;
    private const int DynamicSegment = 2;
    private readonly List<(long Address, long Offset, long Size)> _loaded = [];
    private readonly Dictionary<long, long> _dynamic = [];

    /// <summary>Reads the tables' places.</summary>
    /// <param name="source">Path, for messages.</param>
    /// <param name="bytes">The whole file; kept, not copied.</param>
    /// <exception cref="SteeringException">Not such a file, or one of its offsets leaves it.</exception>
    public ElfImage(string source, byte[] bytes)
    {
        Source = source;
        Bytes = bytes;
        if (bytes.Length < HeaderSize || !bytes.AsSpan(0, 6).SequenceEqual("\u007fELF\u0002\u0001"u8) || UInt16(18) != 62)
        {
            throw new SteeringException($"{source} is not a 64-bit x86 shared object; restore the package TorchSharp again.");
        }

        ReadSegments();
    }

    /// <summary>Path, for messages.</summary>
    public string Source { get; }

    /// <summary>The whole file.</summary>
    public byte[] Bytes { get; }

    /// <summary>Place in the file of the table that a dynamic entry points to, or -1 where there is no such entry.</summary>
    public long Table(long tag) => _dynamic.TryGetValue(tag, out var address) ? OffsetOf(address) : -1;

    /// <summary>Value of a dynamic entry, or 0.</summary>
    public long Value(long tag) => _dynamic.GetValueOrDefault(tag);

    /// <summary>Two bytes at a place of the file.</summary>
    public int UInt16(long offset) => BinaryPrimitives.ReadUInt16LittleEndian(Slice(offset, 2));

    /// <summary>Four bytes at a place of the file.</summary>
    public uint UInt32(long offset) => BinaryPrimitives.ReadUInt32LittleEndian(Slice(offset, 4));

    /// <summary>Eight bytes at a place of the file, which must not be negative as a signed number.</summary>
    public long Int64(long offset)
    {
        var value = BinaryPrimitives.ReadInt64LittleEndian(Slice(offset, 8));
        return value >= 0 ? value : throw Damaged();
    }

    /// <summary>The zero-terminated text at a place of the dynamic string table.</summary>
    public string Text(uint name)
    {
        var (table, size) = (Table(ElfTag.StringTable), Value(ElfTag.StringTableSize));
        var strings = Slice(table, size);
        if (name >= strings.Length)
        {
            throw Damaged();
        }

        var rest = strings[(int)name..];
        var end = rest.IndexOf((byte)0);
        return end >= 0 ? Encoding.ASCII.GetString(rest[..end]) : throw Damaged();
    }

    /// <summary>Bytes of the file, or a refusal where they lie outside.</summary>
    public Span<byte> Slice(long offset, long size) =>
        offset >= 0 && size >= 0 && size <= Bytes.Length && offset <= Bytes.Length - size
            ? Bytes.AsSpan((int)offset, (int)size)
            : throw Damaged();

    /// <summary>The refusal of a file whose tables contradict each other.</summary>
    public SteeringException Damaged() => new($"{Source} is damaged: one of its tables points outside the file. Delete it and restore the package TorchSharp again.");

    private void ReadSegments()
    {
        var (table, size, count) = (Int64(32), UInt16(54), UInt16(56));
        if (size != SegmentSize || count > MaximumSegments)
        {
            throw Damaged();
        }

        (long Offset, long Size) dynamic = (-1, 0);
        for (var index = 0; index < count; index++)
        {
            var segment = table + (index * SegmentSize);
            var (offset, address, length) = (Int64(segment + 8), Int64(segment + 16), Int64(segment + 32));
            switch (UInt32(segment))
            {
                case LoadSegment:
                    _loaded.Add((address, offset, length));
                    break;
                case DynamicSegment:
                    dynamic = (offset, length);
                    break;
                default:
                    break;
            }
        }

        ReadDynamic(dynamic.Offset, dynamic.Size);
    }

    private void ReadDynamic(long offset, long size)
    {
        _ = Slice(offset, size);
        for (var index = 0; index < Math.Min(size / DynamicSize, MaximumDynamicEntries); index++)
        {
            var tag = Int64(offset + (index * DynamicSize));
            if (tag == 0)
            {
                return;
            }

            // Only the first of a kind matters: kinds that repeat (needed libraries) are not looked up.
            _ = _dynamic.TryAdd(tag, BinaryPrimitives.ReadInt64LittleEndian(Slice(offset + (index * DynamicSize) + 8, 8)));
        }
    }

    private long OffsetOf(long address)
    {
        foreach (var (start, offset, size) in _loaded)
        {
            if (address >= start && address - start < size)
            {
                return offset + (address - start);
            }
        }

        throw Damaged();
    }
}

/// <summary>A function that a shared object imports.</summary>
/// <param name="Name">Its mangled name.</param>
/// <param name="Version">Index of the version it needs; see <see cref="ElfVersionNeed.Index"/>.</param>
/// <param name="Place">Where its 24 bytes lie in the file, the name first.</param>
/// <param name="VersionPlace">Where its version index lies.</param>
internal readonly record struct ElfImport(string Name, int Version, long Place, long VersionPlace)
{
    private const int SymbolSize = 24;
    private const int GlobalFunction = 0x12;

    /// <summary>All imported global functions.</summary>
    /// <exception cref="SteeringException">The tables leave the file.</exception>
    public static IReadOnlyList<ElfImport> ReadAll(ElfImage image)
    {
        var imports = new List<ElfImport>();
        var (symbols, versions, hash) = (image.Table(ElfTag.Symbols), image.Table(ElfTag.SymbolVersions), image.Table(ElfTag.GnuHash));
        if (symbols < 0 || versions < 0 || hash < 0)
        {
            return imports;
        }

        // The GNU hash table covers defined symbols only, which come last: imports lie before its first symbol.
        var count = image.UInt32(hash + 4);
        for (long index = 0; index < count; index++)
        {
            var place = symbols + (index * SymbolSize);
            var undefined = image.UInt16(place + 6) == 0;
            if (undefined && image.Slice(place + 4, 1)[0] == GlobalFunction)
            {
                var version = versions + (index * 2);
                imports.Add(new ElfImport(image.Text(image.UInt32(place)), image.UInt16(version), place, version));
            }
        }

        return imports;
    }
}

/// <summary>Kinds of dynamic entries that are looked up.</summary>
internal static class ElfTag
{
    /// <summary>Hash table by which the loader finds symbols; tells how many there are.</summary>
    public const long GnuHash = 0x6ffffef5;

    /// <summary>Names.</summary>
    public const long StringTable = 5;

    /// <summary>Bytes of the names.</summary>
    public const long StringTableSize = 10;

    /// <summary>Dynamic symbols, 24 bytes each.</summary>
    public const long Symbols = 6;

    /// <summary>Version index of each symbol, 2 bytes each.</summary>
    public const long SymbolVersions = 0x6ffffff0;

    /// <summary>Versions needed of other libraries.</summary>
    public const long VersionNeeds = 0x6ffffffe;

    /// <summary>Number of libraries of which versions are needed.</summary>
    public const long VersionNeedCount = 0x6fffffff;
}

/// <summary>One version that a shared object needs of another library.</summary>
/// <param name="Library">The other library, e.g. <c>libstdc++.so.6</c>.</param>
/// <param name="Name">The version, e.g. <c>GLIBCXX_3.4.32</c>.</param>
/// <param name="Index">Number by which the symbols refer to it.</param>
/// <param name="Place">Where its 16 bytes lie in the file: hash, flags, index, name, next.</param>
internal readonly record struct ElfVersionNeed(string Library, string Name, int Index, long Place)
{
    private const int MaximumEntries = 4096;

    /// <summary>All versions that a shared object needs, in the file's order.</summary>
    /// <exception cref="SteeringException">The tables leave the file.</exception>
    public static IReadOnlyList<ElfVersionNeed> ReadAll(ElfImage image)
    {
        var needs = new List<ElfVersionNeed>();
        var library = image.Table(ElfTag.VersionNeeds);
        for (var count = image.Value(ElfTag.VersionNeedCount); library >= 0 && count > 0; count--)
        {
            var file = image.Text(image.UInt32(library + 4));
            var place = library + image.UInt32(library + 8);
            for (var entries = image.UInt16(library + 2); entries > 0; entries--)
            {
                needs.Add(new ElfVersionNeed(file, image.Text(image.UInt32(place + 8)), image.UInt16(place + 6), place));
                if (needs.Count > MaximumEntries)
                {
                    throw image.Damaged();
                }

                place += image.UInt32(place + 12);
            }

            var next = image.UInt32(library + 12);
            if (next == 0)
            {
                break;
            }

            library += next;
        }

        return needs;
    }
}
