using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Steering.Export.Checkpoints.Quantisation;

/// <summary>
/// Super-blocks of 256 in 16 sub-blocks: 32 bytes of third bits, 64 bytes of lower two bits, 12 bytes of 6-bit scales,
/// d (half); <c>x = (d · (scale − 32)) · (q − 4)</c>.
/// </summary>
internal readonly struct Q3_K : IBlockFormat
{
    private const int Codes = 32;
    private const int Scales = 96;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        var scale = Lanes.ReadHalf(block, Scales + 12);
        for (var sub = 0; sub < 16; sub++)
        {
            var half = sub % 2 * 16;
            var low = Lanes.Bits(Lanes.Load(block, Codes + (sub / 8 * 32) + half), sub % 8 / 2 * 2, 3);
            var third = Lanes.Bits(Lanes.Load(block, half), sub / 2, 1);
            var codes = (low | (third << 2)).AsSByte() - Vector128.Create((sbyte)4);
            Lanes.Scaled(codes, scale * (SubScale(block.Slice(Scales, 12), sub) - 32), values, sub * Lanes.Count);
        }
    }

    /// <summary>Lower four bits in eight bytes (nibble by nibble), upper two bits in the four bytes behind them.</summary>
    private static int SubScale(ReadOnlySpan<byte> packed, int sub)
    {
        var low = sub < 8 ? packed[sub] & 0x0F : packed[sub - 8] >> 4;
        var high = (packed[8 + (sub % 4)] >> (sub / 4 * 2)) & 3;
        return low | (high << 4);
    }
}
