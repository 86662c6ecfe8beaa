using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Steering.Export.Checkpoints.Quantisation;

/// <summary>Blocks of 32: d (half), 32 signed bytes; <c>x = d · q</c>.</summary>
internal readonly struct Q8_0 : IBlockFormat
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        var scale = Lanes.ReadHalf(block, 0);
        Lanes.Scaled(Lanes.Load(block, 2).AsSByte(), scale, values, 0);
        Lanes.Scaled(Lanes.Load(block, 18).AsSByte(), scale, values, 16);
    }
}
