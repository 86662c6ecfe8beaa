using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Steering.Export.Checkpoints.Quantisation;

/// <summary>
/// Super-blocks of 256 in 16 sub-blocks: 128 bytes of lower four bits, 64 bytes of upper two bits, 16 signed scales,
/// d (half); <c>x = (d · scale) · (q − 32)</c>.
/// </summary>
internal readonly struct Q6_K : IBlockFormat
{
    private const int Upper = 128;
    private const int Scales = 192;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        var scale = Lanes.ReadHalf(block, Scales + 16);
        for (var sub = 0; sub < 16; sub++)
        {
            // A half of 128 values: 64 bytes of lower bits (32 + 32 in the lower nibbles, then again in the upper) and
            // 32 bytes of upper bits, two for each of its four quarters.
            var (half, quarter, lane) = (sub / 8, sub % 8 / 2, sub % 2 * 16);
            var packed = Lanes.Load(block, (half * 64) + (quarter % 2 * 32) + lane);
            var lower = quarter < 2 ? Lanes.Low(packed) : Lanes.High(packed);
            var upper = Lanes.Bits(Lanes.Load(block, Upper + (half * 32) + lane), quarter * 2, 3) << 4;
            Lanes.Scaled((lower | upper).AsSByte() - Vector128.Create((sbyte)32), scale * (sbyte)block[Scales + sub], values, sub * Lanes.Count);
        }
    }
}
