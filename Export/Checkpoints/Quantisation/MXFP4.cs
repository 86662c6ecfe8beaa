using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Steering.Export.Checkpoints.Quantisation;

/// <summary>
/// Blocks of 32 (OCP Microscaling, MXFP4): one exponent byte e, 16 bytes of E2M1 codes; <c>x = 2^(e − 127) · value(q)</c>,
/// computed as <c>2^(e − 128) · table[q]</c> with doubled, hence whole, values.
/// </summary>
internal readonly struct MXFP4 : IBlockFormat
{
    private static Vector128<sbyte> DoubledValues => Vector128.Create(0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        // The two smallest exponents give subnormal numbers.
        var exponent = block[0];
        var scale = BitConverter.UInt32BitsToSingle(exponent < 2 ? 0x00200000u << exponent : (exponent - 1u) << 23);
        var codes = Lanes.Load(block, 1);
        Lanes.Scaled(Lanes.Lookup(DoubledValues, Lanes.Low(codes)), scale, values, 0);
        Lanes.Scaled(Lanes.Lookup(DoubledValues, Lanes.High(codes)), scale, values, 16);
    }
}
