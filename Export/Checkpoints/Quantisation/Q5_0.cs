using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Steering.Export.Checkpoints.Quantisation;

/// <summary>Blocks of 32: d (half), 32 fifth bits, 16 bytes of lower four bits; <c>x = d · (q − 16)</c>.</summary>
internal readonly struct Q5_0 : IBlockFormat
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        var scale = Lanes.ReadHalf(block, 0);
        var fifth = MemoryMarshal.Read<uint>(block[2..]);
        var codes = Lanes.Load(block, 6);
        var zero = Vector128.Create((sbyte)16);
        Lanes.Scaled((Lanes.Low(codes) | Lanes.FifthBits(fifth)).AsSByte() - zero, scale, values, 0);
        Lanes.Scaled((Lanes.High(codes) | Lanes.FifthBits(fifth >> 16)).AsSByte() - zero, scale, values, 16);
    }
}
