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
