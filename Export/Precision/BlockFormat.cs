namespace Steering.Export.Precision;

/// <summary>
/// How one GGUF block type becomes integers that <c>MatMulNBits</c> can hold: every weight is
/// <c>scale · code + offset</c> with a signed code, one scale (and offset) per block.
/// </summary>
internal sealed class BlockFormat
{
    /// <summary>Unpacks one block of the file.</summary>
    /// <param name="source">Bytes of the block.</param>
    /// <param name="codes">Receives the signed codes, in the order of the weights.</param>
    /// <param name="scales">Receives one scale per target block.</param>
    /// <param name="offsets">Receives one offset per target block; left alone when the format has none.</param>
    internal delegate void Unpacker(ReadOnlySpan<byte> source, Span<sbyte> codes, Span<float> scales, Span<float> offsets);

    private static readonly Dictionary<string, BlockFormat> Formats = new BlockFormat[]
    {
        new("Q4_0", 32, 18, bits: 4, blockSize: 32, hasOffsets: false, BlockUnpacking.Q4_0),
        new("Q4_1", 32, 20, bits: 4, blockSize: 32, hasOffsets: true, BlockUnpacking.Q4_1),
        new("Q5_0", 32, 22, bits: 8, blockSize: 32, hasOffsets: false, BlockUnpacking.Q5_0),
        new("Q5_1", 32, 24, bits: 8, blockSize: 32, hasOffsets: true, BlockUnpacking.Q5_1),
        new("Q8_0", 32, 34, bits: 8, blockSize: 32, hasOffsets: false, BlockUnpacking.Q8_0),
        new("Q2_K", 256, 84, bits: 4, blockSize: 16, hasOffsets: true, BlockUnpacking.Q2_K),
        new("Q3_K", 256, 110, bits: 4, blockSize: 16, hasOffsets: false, BlockUnpacking.Q3_K),
        new("Q4_K", 256, 144, bits: 4, blockSize: 32, hasOffsets: true, BlockUnpacking.Q4_K),
        new("Q5_K", 256, 176, bits: 8, blockSize: 32, hasOffsets: true, BlockUnpacking.Q5_K),
        new("Q6_K", 256, 210, bits: 8, blockSize: 16, hasOffsets: false, BlockUnpacking.Q6_K),
        new("IQ4_NL", 32, 18, bits: 8, blockSize: 32, hasOffsets: false, BlockUnpacking.IQ4_NL),
        new("IQ4_XS", 256, 136, bits: 8, blockSize: 32, hasOffsets: false, BlockUnpacking.IQ4_XS),
        new("MXFP4", 32, 17, bits: 8, blockSize: 32, hasOffsets: false, BlockUnpacking.MXFP4),
    }.ToDictionary(format => format.Storage, StringComparer.Ordinal);

    private readonly Unpacker _unpack;

    private BlockFormat(string storage, int sourceElements, int sourceBytes, int bits, int blockSize, bool hasOffsets, Unpacker unpack)
    {
        Storage = storage;
        SourceElements = sourceElements;
        SourceBytes = sourceBytes;
        Bits = bits;
        BlockSize = blockSize;
        HasOffsets = hasOffsets;
        _unpack = unpack;
    }

    /// <summary>Names of the block types that can be carried over.</summary>
    public static IEnumerable<string> Names => Formats.Keys;

    /// <summary>GGUF's name of the block type.</summary>
    public string Storage { get; }

    /// <summary>Weights in one block of the file.</summary>
    public int SourceElements { get; }

    /// <summary>Bytes of one block of the file.</summary>
    public int SourceBytes { get; }

    /// <summary>Bits of a code: 4 (codes −8…7) or 8 (codes −128…127).</summary>
    public int Bits { get; }

    /// <summary>Weights that share a scale.</summary>
    public int BlockSize { get; }

    /// <summary>Whether blocks have an offset besides the scale.</summary>
    public bool HasOffsets { get; }

    /// <summary>The format of a storage type, or null when it is not one of blocks.</summary>
    public static BlockFormat? Find(string storage) => Formats.GetValueOrDefault(storage);

    /// <summary>Unpacks one row of a matrix.</summary>
    public void UnpackRow(ReadOnlySpan<byte> source, Span<sbyte> codes, Span<float> scales, Span<float> offsets)
    {
        var perBlock = SourceElements / BlockSize;
        for (var block = 0; block * SourceBytes < source.Length; block++)
        {
            _unpack(
                source.Slice(block * SourceBytes, SourceBytes),
                codes.Slice(block * SourceElements, SourceElements),
                scales.Slice(block * perBlock, perBlock),
                HasOffsets ? offsets.Slice(block * perBlock, perBlock) : default);
        }
    }
}
