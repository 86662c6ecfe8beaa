using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Steering.Export.Checkpoints.Quantisation;

/// <summary>
/// Super-blocks of 256 in 8 sub-blocks: d (half), 16 bits with the upper two bits of each 6-bit scale, 4 bytes with the
/// lower four, 128 bytes of codes; <c>x = (d · (scale − 32)) · table[q]</c> with the table of IQ4_NL.
/// </summary>
internal readonly struct IQ4_XS : IBlockFormat
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        var scale = Lanes.ReadHalf(block, 0);
        var upper = MemoryMarshal.Read<ushort>(block[2..]);
        for (var sub = 0; sub < 8; sub++)
        {
            var lower = (block[4 + (sub / 2)] >> (sub % 2 * 4)) & 0x0F;
            var factor = scale * ((lower | (((upper >> (sub * 2)) & 3) << 4)) - 32);
            var codes = Lanes.Load(block, 8 + (sub * 16));
            Lanes.Scaled(Lanes.Lookup(IQ4_NL.Table, Lanes.Low(codes)), factor, values, sub * 32);
            Lanes.Scaled(Lanes.Lookup(IQ4_NL.Table, Lanes.High(codes)), factor, values, (sub * 32) + 16);
        }
    }
}
