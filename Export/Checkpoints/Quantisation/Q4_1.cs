using System.Runtime.CompilerServices;

namespace Steering.Export.Checkpoints.Quantisation;

/// <summary>Blocks of 32: d, m (halves), 16 bytes of codes; <c>x = d · q + m</c>, lower nibbles first, then upper.</summary>
internal readonly struct Q4_1 : IBlockFormat
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        var scale = Lanes.ReadHalf(block, 0);
        var minimum = Lanes.ReadHalf(block, 2);
        var codes = Lanes.Load(block, 4);
        Lanes.Affine(Lanes.Low(codes), scale, minimum, values, 0);
        Lanes.Affine(Lanes.High(codes), scale, minimum, values, 16);
    }
}
