using System.Runtime.CompilerServices;

namespace Steering.Export.Checkpoints.Quantisation;

/// <summary>
/// Super-blocks of 256 in 8 sub-blocks: d, dmin (halves), 12 bytes of 6-bit scales and minima, 128 bytes of codes (each
/// 32 bytes hold one sub-block in the lower nibbles and the next in the upper); <c>x = (d · scale) · q − dmin · minimum</c>.
/// </summary>
internal readonly struct Q4_K : IBlockFormat
{
    private const int Codes = 4 + SixBitScales.Bytes;

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
                Lanes.Affine(sub % 2 == 0 ? Lanes.Low(codes) : Lanes.High(codes), factor, addend, values, (sub * 32) + (half * 16));
            }
        }
    }
}
