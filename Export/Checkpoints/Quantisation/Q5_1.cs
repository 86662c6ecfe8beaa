using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Steering.Export.Checkpoints.Quantisation;

/// <summary>Blocks of 32: d, m (halves), 32 fifth bits, 16 bytes of lower four bits; <c>x = d · q + m</c>.</summary>
internal readonly struct Q5_1 : IBlockFormat
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        var scale = Lanes.ReadHalf(block, 0);
        var minimum = Lanes.ReadHalf(block, 2);
        var fifth = MemoryMarshal.Read<uint>(block[4..]);
        var codes = Lanes.Load(block, 8);
        Lanes.Affine(Lanes.Low(codes) | Lanes.FifthBits(fifth), scale, minimum, values, 0);
        Lanes.Affine(Lanes.High(codes) | Lanes.FifthBits(fifth >> 16), scale, minimum, values, 16);
    }
}
