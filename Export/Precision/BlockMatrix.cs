using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Steering.Export.Onnx;

namespace Steering.Export.Precision;

/// <summary>
/// A matrix as signed codes in blocks along its rows, <c>w = scale · code + offset</c>, and the byte layouts of ORT's
/// quantised operators. Rows are unpacked one at a time while they are written.
/// </summary>
internal sealed class BlockMatrix
{
    private const int RoundedBlockSize = 32;
    private readonly WeightMatrix _source;

    private BlockMatrix(WeightMatrix source, int bits, int blockSize, bool hasOffsets)
    {
        _source = source;
        Bits = bits;
        BlockSize = blockSize;
        HasOffsets = hasOffsets;
        BlocksPerRow = (source.Columns + blockSize - 1) / blockSize;
    }

    /// <summary>Receives a row: codes (padded to whole blocks with zeros), scales, offsets.</summary>
    private delegate void RowVisitor(int row, ReadOnlySpan<sbyte> codes, ReadOnlySpan<float> scales, ReadOnlySpan<float> offsets);

    /// <summary>Outputs.</summary>
    public int Rows => _source.Rows;

    /// <summary>Inputs.</summary>
    public int Columns => _source.Columns;

    /// <summary>4 or 8.</summary>
    public int Bits { get; }

    /// <summary>Weights per scale.</summary>
    public int BlockSize { get; }

    /// <summary>Blocks per row, the last one padded.</summary>
    public int BlocksPerRow { get; }

    /// <summary>Whether there are offsets, which the graph adds as block mean × (block size × offset).</summary>
    public bool HasOffsets { get; }

    /// <summary>Bytes of a block's codes.</summary>
    public int BlockBytes => BlockSize * Bits / 8;

    /// <summary>
    /// Carries the matrix's own blocks over, or rounds to symmetric blocks of 32: scale = (element of largest magnitude) ÷ −8 for 4 bits,
    /// largest magnitude ÷ 127 for 8.
    /// </summary>
    /// <param name="matrix">The weights.</param>
    /// <param name="roundedBits">Bits for a matrix that is not stored in blocks.</param>
    public static BlockMatrix Of(WeightMatrix matrix, int roundedBits) => matrix.Format is { } format
        ? new(matrix, format.Bits, format.BlockSize, format.HasOffsets)
        : new(matrix, roundedBits, RoundedBlockSize, hasOffsets: false);

    /// <summary>Codes as unsigned integers, 4-bit ones two to a byte, the even column low: [rows, blocks, <see cref="BlockBytes"/>].</summary>
    public TensorContent Codes() => new((long)Rows * BlocksPerRow * BlockBytes, stream =>
    {
        var packed = new byte[BlocksPerRow * BlockBytes];
        Visit((_, codes, _, _) =>
        {
            if (Bits == 8)
            {
                for (var i = 0; i < packed.Length; i++)
                {
                    packed[i] = (byte)(codes[i] + 128);
                }
            }
            else
            {
                for (var i = 0; i < packed.Length; i++)
                {
                    packed[i] = (byte)((codes[2 * i] + 8) | ((codes[(2 * i) + 1] + 8) << 4));
                }
            }

            stream.Write(packed);
        });
    });

    /// <summary>Scales: [rows, blocks] fp32.</summary>
    public TensorContent Scales() => new((long)Rows * BlocksPerRow * sizeof(float), stream =>
        Visit((_, _, scales, _) => stream.Write(MemoryMarshal.AsBytes(scales))));

    /// <summary>Offsets times <see cref="BlockSize"/>, to be multiplied with block means: [rows, blocks] fp32.</summary>
    public TensorContent Offsets() => new((long)Rows * BlocksPerRow * sizeof(float), stream =>
    {
        var scaled = new float[BlocksPerRow];
        Visit((_, _, _, offsets) =>
        {
            TensorPrimitives.Multiply(offsets, BlockSize, scaled);
            stream.Write(MemoryMarshal.AsBytes<float>(scaled));
        });
    });

    /// <summary>Offsets times <see cref="BlockSize"/>, one row per block: [blocks, rows] fp32.</summary>
    public TensorContent OffsetsTransposed() => new((long)Rows * BlocksPerRow * sizeof(float), stream =>
    {
        var all = new float[Rows * BlocksPerRow];
        Visit((row, _, _, offsets) =>
        {
            for (var block = 0; block < BlocksPerRow; block++)
            {
                all[(block * Rows) + row] = offsets[block] * BlockSize;
            }
        });
        stream.Write(MemoryMarshal.AsBytes<float>(all));
    });

    private void Visit(RowVisitor visitor)
    {
        var codes = new sbyte[BlocksPerRow * BlockSize];
        var scales = new float[BlocksPerRow];
        var offsets = new float[BlocksPerRow];
        if (_source.Format is { } format)
        {
            var blocks = _source.ReadBlocks();
            var length = _source.BlockRowLength;
            for (var row = 0; row < Rows; row++)
            {
                format.UnpackRow(blocks.Span.Slice(row * length, length), codes, scales, offsets);
                visitor(row, codes, scales, offsets);
            }

            return;
        }

        var weights = new float[_source.Count];
        _source.ReadFloat32(weights);
        for (var row = 0; row < Rows; row++)
        {
            RoundRow(weights.AsSpan(row * Columns, Columns), codes, scales);
            visitor(row, codes, scales, offsets);
        }
    }

    private void RoundRow(ReadOnlySpan<float> weights, Span<sbyte> codes, Span<float> scales)
    {
        for (var block = 0; block < BlocksPerRow; block++)
        {
            var values = weights[(block * BlockSize)..Math.Min(weights.Length, (block + 1) * BlockSize)];
            var target = codes.Slice(block * BlockSize, BlockSize);
            target.Clear();
            var extreme = 0f;
            foreach (var value in values)
            {
                extreme = Math.Abs(value) > Math.Abs(extreme) ? value : extreme;
            }

            var scale = Bits == 4 ? extreme / -8 : Math.Abs(extreme) / 127;
            var inverse = scale == 0 ? 0 : 1 / scale;
            var (lowest, highest) = Bits == 4 ? (-8, 7) : (-127, 127);
            for (var i = 0; i < values.Length; i++)
            {
                target[i] = (sbyte)Math.Clamp((int)MathF.Round(values[i] * inverse), lowest, highest);
            }

            scales[block] = scale;
        }
    }
}
