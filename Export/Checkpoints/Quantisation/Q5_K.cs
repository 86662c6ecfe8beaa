using System.Runtime.CompilerServices;

namespace Steering.Export.Checkpoints.Quantisation;

/// <summary>
/// Q4_K with a fifth bit: d, dmin (halves), 12 bytes of 6-bit scales and minima, 32 bytes of fifth bits (bit n belongs to
/// sub-block n), 128 bytes of lower four bits; <c>x = (d · scale) · q − dmin · minimum</c>.
/// </summary>
internal readonly struct Q5_K : IBlockFormat
{
    private const int FifthBits = 4 + SixBitScales.Bytes;
    private const int Codes = FifthBits + 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        var scale = Lanes.ReadHalf(block, 0);
        var minimum = Lanes.ReadHalf(block, 2);
        for (var sub = 0; sub < 8; sub++)
        {
            var (subScale, subMinimum) = SixBitScales.Unpack(block.Slice(4, SixBitScales.Bytes), sub);
            var (factor, addend) = (scale * subScale, -(minimum * subMinimum));
            for (var half = 0; half < 2; half++)
            {
                var codes = Lanes.Load(block, Codes + (sub / 2 * 32) + (half * 16));
                var fifth = Lanes.Bits(Lanes.Load(block, FifthBits + (half * 16)), sub, 1) << 4;
                Lanes.Affine((sub % 2 == 0 ? Lanes.Low(codes) : Lanes.High(codes)) | fifth, factor, addend, values, (sub * 32) + (half * 16));
            }
        }
    }
}
