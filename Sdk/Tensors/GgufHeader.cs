using System.Buffers.Binary;
using System.Numerics;

namespace Steering.Tensors;

/// <summary>
/// The checked head of a GGUF file, version 2 or 3: magic, version, counts, metadata, tensor descriptions. Nothing is
/// allocated by a number in the file before that number is checked.
/// </summary>
internal sealed class GgufHeader
{
    private const uint Magic = 0x46554747; // "GGUF"
    private const string AlignmentKey = "general.alignment";
    private const int DefaultAlignment = 32;
    private const int MaximumAlignment = 1 << 20;
    private const int MaximumKeyBytes = ushort.MaxValue;
    private const int MaximumNameBytes = 64;
    private const int MaximumRank = 4;

    // A pair takes at least an empty key, a type and one byte; a tensor an empty name, rank, one size, type and offset.
    private const int MinimumPairBytes = sizeof(ulong) + sizeof(uint) + 1;
    private const int MinimumTensorBytes = sizeof(ulong) + sizeof(uint) + sizeof(ulong) + sizeof(uint) + sizeof(ulong);

    private readonly Dictionary<string, GgufValue> _metadata = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GgufTensorInfo> _tensors = new(StringComparer.Ordinal);

    private GgufHeader(int version) => Version = version;

    public int Version { get; }

    public IReadOnlyDictionary<string, GgufValue> Metadata => _metadata;

    public IReadOnlyDictionary<string, GgufTensorInfo> Tensors => _tensors;

    /// <summary>Offset of the tensor data in the file.</summary>
    public long DataStart { get; private set; }

    /// <summary>Parses and checks the head of a file.</summary>
    /// <param name="path">For messages.</param>
    /// <param name="data">The file's first bytes: all of them, or as many as a span can show.</param>
    /// <param name="fileLength">Length of the whole file.</param>
    public static GgufHeader Parse(string path, ReadOnlySpan<byte> data, long fileLength)
    {
        var reader = new GgufReader(path, data);
        if (reader.Read<uint>("the magic number") != Magic)
        {
            throw reader.Refusal("it does not begin with 'GGUF'. It is of another format");
        }

        var header = new GgufHeader(ReadVersion(ref reader));
        var tensorCount = reader.ReadCount("the number of tensors", MinimumTensorBytes);
        var pairCount = reader.ReadCount("the number of metadata pairs", MinimumPairBytes);
        for (var i = 0; i < pairCount; i++)
        {
            var key = reader.ReadString($"metadata key {i}", MaximumKeyBytes);
            if (!header._metadata.TryAdd(key, reader.ReadValue(key)))
            {
                throw reader.Refusal($"the metadata key '{key}' appears twice");
            }
        }

        var alignment = header.ReadAlignment(reader);
        for (var i = 0; i < tensorCount; i++)
        {
            var tensor = ReadTensor(ref reader, i, alignment);
            if (!header._tensors.TryAdd(tensor.Name, tensor))
            {
                throw reader.Refusal($"tensor '{tensor.Name}' appears twice");
            }
        }

        header.DataStart = ((long)reader.Position + alignment - 1) / alignment * alignment;
        header.CheckRanges(reader, fileLength - header.DataStart);
        return header;
    }

    private static int ReadVersion(ref GgufReader reader)
    {
        var version = reader.Read<uint>("the version");
        if (version is 2 or 3)
        {
            return (int)version;
        }

        throw reader.Refusal(BinaryPrimitives.ReverseEndianness(version) is 2 or 3
            ? "it is written for big-endian machines; convert it to little-endian"
            : $"it has version {version}; 2 or 3 was expected. Convert the model again with a current tool");
    }

    private int ReadAlignment(in GgufReader reader)
    {
        if (!_metadata.TryGetValue(AlignmentKey, out var value))
        {
            return DefaultAlignment;
        }

        var alignment = value.AsInt64();
        return alignment is > 0 and <= MaximumAlignment && BitOperations.IsPow2(alignment)
            ? (int)alignment
            : throw reader.Refusal($"{AlignmentKey} is {alignment}; a power of two from 1 to {MaximumAlignment} was expected");
    }

    private static GgufTensorInfo ReadTensor(ref GgufReader reader, int index, int alignment)
    {
        var name = reader.ReadString($"the name of tensor {index}", MaximumNameBytes);
        var rank = reader.Read<uint>($"the rank of tensor '{name}'");
        if (rank is 0 or > MaximumRank)
        {
            throw reader.Refusal($"tensor '{name}' has {rank} dimensions; 1 to {MaximumRank} were expected");
        }

        var shape = new long[rank];
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            var size = reader.Read<ulong>($"the shape of tensor '{name}'");
            shape[i] = size <= long.MaxValue ? (long)size : throw reader.Refusal($"tensor '{name}' has a dimension of size {size}");
        }

        var typeNumber = reader.Read<uint>($"the type of tensor '{name}'");
        var type = (GgufTensorType)typeNumber;
        if (typeNumber > int.MaxValue || !Enum.IsDefined(type))
        {
            throw reader.Refusal($"tensor '{name}' has the type number {typeNumber}, which this library does not know; quantise the model to another type");
        }

        CheckSize(reader, name, type, shape);
        var offset = reader.Read<ulong>($"the offset of tensor '{name}'");
        if (offset > long.MaxValue || offset % (uint)alignment != 0)
        {
            throw reader.Refusal($"tensor '{name}' begins at offset {offset}; a multiple of the alignment {alignment} was expected");
        }

        return new GgufTensorInfo(name, type, shape, (long)offset);
    }

    private static void CheckSize(in GgufReader reader, string name, GgufTensorType type, long[] shape)
    {
        var shapeText = string.Join(", ", shape);
        var (elements, bytes) = type.Block();
        if (shape[^1] % elements != 0)
        {
            throw reader.Refusal($"tensor '{name}' [{shapeText}] has rows of {shape[^1]} elements; a multiple of the {elements} in a {type} block was expected");
        }

        try
        {
            // Both products bounded, so that Count and ByteCount can be used freely from here on.
            _ = checked(shape.Aggregate(1L, (product, size) => checked(product * size)) * bytes);
        }
        catch (OverflowException failure)
        {
            throw reader.Refusal($"tensor '{name}' has the shape [{shapeText}], whose size overflows 64 bits", failure);
        }
    }

    private void CheckRanges(in GgufReader reader, long dataLength)
    {
        var (end, previous) = (0L, string.Empty);
        foreach (var tensor in _tensors.Values.OrderBy(tensor => tensor.Offset).ThenBy(tensor => tensor.ByteCount))
        {
            if (tensor.Offset > dataLength || tensor.ByteCount > dataLength - tensor.Offset)
            {
                throw reader.Refusal($"tensor '{tensor.Name}' takes {tensor.ByteCount} bytes from offset {tensor.Offset}, but the file holds only {Math.Max(0, dataLength)} bytes of data. It is truncated");
            }

            if (tensor.Offset < end)
            {
                throw reader.Refusal($"tensor '{tensor.Name}' begins at offset {tensor.Offset}, inside tensor '{previous}', which ends at {end}");
            }

            (end, previous) = (tensor.Offset + tensor.ByteCount, tensor.Name);
        }
    }
}
