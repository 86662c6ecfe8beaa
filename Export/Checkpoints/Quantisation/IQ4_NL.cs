using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Steering.Export.Checkpoints.Quantisation;

/// <summary>Blocks of 32: d (half), 16 bytes of codes; <c>x = d · table[q]</c> with a non-linear table.</summary>
internal readonly struct IQ4_NL : IBlockFormat
{
    /// <summary>The sixteen values that codes stand for, denser around zero.</summary>
    public static Vector128<sbyte> Table => Vector128.Create(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        var scale = Lanes.ReadHalf(block, 0);
        var codes = Lanes.Load(block, 2);
        Lanes.Scaled(Lanes.Lookup(Table, Lanes.Low(codes)), scale, values, 0);
        Lanes.Scaled(Lanes.Lookup(Table, Lanes.High(codes)), scale, values, 16);
    }
}
