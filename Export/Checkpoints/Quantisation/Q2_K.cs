using System.Runtime.CompilerServices;

namespace Steering.Export.Checkpoints.Quantisation;

/// <summary>
/// Super-blocks of 256 in 16 sub-blocks: 16 bytes of scale (low nibble) and minimum (high nibble), 64 bytes of 2-bit
/// codes, d, dmin (halves); <c>x = (d · scale) · q − dmin · minimum</c>.
/// </summary>
internal readonly struct Q2_K : IBlockFormat
{
    private const int Codes = 16;
    private const int Scales = 80;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        var scale = Lanes.ReadHalf(block, Scales);
        var minimum = Lanes.ReadHalf(block, Scales + 2);
        for (var sub = 0; sub < 16; sub++)
        {
            // Each half of 128 values spreads over 32 bytes, two bits of each byte for every 32 values.
            var codes = Lanes.Load(block, Codes + (sub / 8 * 32) + (sub % 2 * 16));
            var packed = block[sub];
            Lanes.Affine(Lanes.Bits(codes, sub % 8 / 2 * 2, 3), scale * (packed & 0x0F), -(minimum * (packed >> 4)), values, sub * Lanes.Count);
        }
    }
}
