using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Steering.Export.Checkpoints.Quantisation;

/// <summary>Blocks of 32: d (half), 16 bytes of codes; <c>x = d · (q − 8)</c>, lower nibbles first, then upper.</summary>
internal readonly struct Q4_0 : IBlockFormat
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        var scale = Lanes.ReadHalf(block, 0);
        var codes = Lanes.Load(block, 2);
        var zero = Vector128.Create((sbyte)8);
        Lanes.Scaled(Lanes.Low(codes).AsSByte() - zero, scale, values, 0);
        Lanes.Scaled(Lanes.High(codes).AsSByte() - zero, scale, values, 16);
    }
}
