using System.Runtime.InteropServices;
using Steering.Export.Checkpoints.Quantisation;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Steering.Export.Precision;

/// <summary>One method for each GGUF block type: bytes of a block to signed codes, scales and offsets.</summary>
internal static class BlockUnpacking
{
    private static readonly sbyte[] NonLinearValues = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];
    private static readonly sbyte[] DoubledFloatValues = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12];

    private static float Half(ReadOnlySpan<byte> source, int at) => (float)ReadHalfLittleEndian(source[at..]);

    // w = d·(q − 8)
    public static void Q4_0(ReadOnlySpan<byte> source, Span<sbyte> codes, Span<float> scales, Span<float> offsets)
    {
        scales[0] = Half(source, 0);
        Nibbles(source[2..18], codes, centre: 8);
    }

    // w = d·q + m = d·(q − 8) + (m + 8·d)
    public static void Q4_1(ReadOnlySpan<byte> source, Span<sbyte> codes, Span<float> scales, Span<float> offsets)
    {
        scales[0] = Half(source, 0);
        offsets[0] = Half(source, 2) + (8 * scales[0]);
        Nibbles(source[4..20], codes, centre: 8);
    }

    // w = d·(q − 16), the fifth bits apart
    public static void Q5_0(ReadOnlySpan<byte> source, Span<sbyte> codes, Span<float> scales, Span<float> offsets)
    {
        scales[0] = Half(source, 0);
        FiveBits(source[6..22], ReadUInt32LittleEndian(source[2..]), codes);
    }

    // w = d·q + m = d·(q − 16) + (m + 16·d)
    public static void Q5_1(ReadOnlySpan<byte> source, Span<sbyte> codes, Span<float> scales, Span<float> offsets)
    {
        scales[0] = Half(source, 0);
        offsets[0] = Half(source, 2) + (16 * scales[0]);
        FiveBits(source[8..24], ReadUInt32LittleEndian(source[4..]), codes);
    }

    public static void Q8_0(ReadOnlySpan<byte> source, Span<sbyte> codes, Span<float> scales, Span<float> offsets)
    {
        scales[0] = Half(source, 0);
        MemoryMarshal.Cast<byte, sbyte>(source[2..34]).CopyTo(codes);
    }

    // 16 sub-blocks of 16: w = d·sc·q − dmin·m, centred on q = 2
    public static void Q2_K(ReadOnlySpan<byte> source, Span<sbyte> codes, Span<float> scales, Span<float> offsets)
    {
        var (d, minimum) = (Half(source, 80), Half(source, 82));
        for (var block = 0; block < 16; block++)
        {
            scales[block] = d * (source[block] & 15);
            offsets[block] = (2 * scales[block]) - (minimum * (source[block] >> 4));
        }

        var quants = source[16..80];
        for (var i = 0; i < 256; i++)
        {
            var (half, within) = (i / 128, i % 128);
            codes[i] = (sbyte)(((quants[(half * 32) + (within % 32)] >> (within / 32 * 2)) & 3) - 2);
        }
    }

    // 16 sub-blocks of 16: w = d·(sc − 32)·(q − 4), the third bits apart
    public static void Q3_K(ReadOnlySpan<byte> source, Span<sbyte> codes, Span<float> scales, Span<float> offsets)
    {
        var high = source[..32];
        var quants = source[32..96];
        var packed = source[96..108];
        var d = Half(source, 108);
        for (var block = 0; block < 16; block++)
        {
            var low = block < 8 ? packed[block] & 15 : packed[block - 8] >> 4;
            var top = (packed[8 + (block % 4)] >> (block / 4 * 2)) & 3;
            scales[block] = d * ((low | (top << 4)) - 32);
        }

        for (var i = 0; i < 256; i++)
        {
            var (half, within) = (i / 128, i % 128);
            var low = (quants[(half * 32) + (within % 32)] >> (within / 32 * 2)) & 3;
            var top = (high[within % 32] >> ((half * 4) + (within / 32))) & 1;
            codes[i] = (sbyte)((low | (top << 2)) - 4);
        }
    }

    // 8 sub-blocks of 32: w = d·sc·q − dmin·m
    public static void Q4_K(ReadOnlySpan<byte> source, Span<sbyte> codes, Span<float> scales, Span<float> offsets)
    {
        SubBlocks(source, centre: 8, scales, offsets);
        for (var pair = 0; pair < 4; pair++)
        {
            for (var i = 0; i < 32; i++)
            {
                var both = source[16 + (pair * 32) + i];
                codes[(pair * 64) + i] = (sbyte)((both & 15) - 8);
                codes[(pair * 64) + 32 + i] = (sbyte)((both >> 4) - 8);
            }
        }
    }

    public static void Q5_K(ReadOnlySpan<byte> source, Span<sbyte> codes, Span<float> scales, Span<float> offsets)
    {
        SubBlocks(source, centre: 16, scales, offsets);
        for (var pair = 0; pair < 4; pair++)
        {
            for (var i = 0; i < 32; i++)
            {
                var both = source[48 + (pair * 32) + i];
                var high = source[16 + i] >> (pair * 2);
                codes[(pair * 64) + i] = (sbyte)(((both & 15) | ((high & 1) << 4)) - 16);
                codes[(pair * 64) + 32 + i] = (sbyte)(((both >> 4) | ((high & 2) << 3)) - 16);
            }
        }
    }

    // 16 sub-blocks of 16: w = d·sc·(q − 32), the upper two bits apart
    public static void Q6_K(ReadOnlySpan<byte> source, Span<sbyte> codes, Span<float> scales, Span<float> offsets)
    {
        var low = source[..128];
        var high = source[128..192];
        var d = Half(source, 208);
        for (var block = 0; block < 16; block++)
        {
            scales[block] = d * (sbyte)source[192 + block];
        }

        for (var i = 0; i < 256; i++)
        {
            var (half, quarter, within) = (i / 128, i % 128 / 32, i % 32);
            var bottom = (low[(half * 64) + (quarter % 2 * 32) + within] >> (quarter / 2 * 4)) & 15;
            var top = (high[(half * 32) + within] >> (quarter * 2)) & 3;
            codes[i] = (sbyte)((bottom | (top << 4)) - 32);
        }
    }

    public static void IQ4_NL(ReadOnlySpan<byte> source, Span<sbyte> codes, Span<float> scales, Span<float> offsets)
    {
        scales[0] = Half(source, 0);
        TableNibbles(source[2..18], codes, NonLinearValues);
    }

    public static void IQ4_XS(ReadOnlySpan<byte> source, Span<sbyte> codes, Span<float> scales, Span<float> offsets)
    {
        var d = Half(source, 0);
        var high = ReadUInt16LittleEndian(source[2..]);
        for (var block = 0; block < 8; block++)
        {
            var low = (source[4 + (block / 2)] >> (block % 2 * 4)) & 15;
            scales[block] = d * ((low | (((high >> (block * 2)) & 3) << 4)) - 32);
            TableNibbles(source.Slice(8 + (block * 16), 16), codes.Slice(block * 32, 32), NonLinearValues);
        }
    }

    // w = 2^(e − 128) · doubled value
    public static void MXFP4(ReadOnlySpan<byte> source, Span<sbyte> codes, Span<float> scales, Span<float> offsets)
    {
        scales[0] = MathF.ScaleB(1, source[0] - 128);
        TableNibbles(source[1..17], codes, DoubledFloatValues);
    }

    private static void Nibbles(ReadOnlySpan<byte> source, Span<sbyte> codes, int centre)
    {
        for (var i = 0; i < 16; i++)
        {
            codes[i] = (sbyte)((source[i] & 15) - centre);
            codes[i + 16] = (sbyte)((source[i] >> 4) - centre);
        }
    }

    private static void FiveBits(ReadOnlySpan<byte> source, uint high, Span<sbyte> codes)
    {
        for (var i = 0; i < 16; i++)
        {
            codes[i] = (sbyte)(((source[i] & 15) | (int)((high >> i) & 1) << 4) - 16);
            codes[i + 16] = (sbyte)(((source[i] >> 4) | (int)((high >> (i + 16)) & 1) << 4) - 16);
        }
    }

    private static void TableNibbles(ReadOnlySpan<byte> source, Span<sbyte> codes, sbyte[] table)
    {
        for (var i = 0; i < 16; i++)
        {
            codes[i] = table[source[i] & 15];
            codes[i + 16] = table[source[i] >> 4];
        }
    }

    private static void SubBlocks(ReadOnlySpan<byte> source, int centre, Span<float> scales, Span<float> offsets)
    {
        var (d, minimum) = (Half(source, 0), Half(source, 2));
        for (var block = 0; block < 8; block++)
        {
            var (scale, offset) = SixBitScales.Unpack(source[4..16], block);
            scales[block] = d * scale;
            offsets[block] = (centre * scales[block]) - (minimum * offset);
        }
    }
}
