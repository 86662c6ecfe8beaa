using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Steering.Export.Checkpoints.Quantisation;

/// <summary>Sixteen codes at a time: unpacking from bytes and turning into fp32.</summary>
internal static class Lanes
{
    /// <summary>Codes in one step.</summary>
    public const int Count = 16;

    /// <summary>Sixteen bytes from <paramref name="offset"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Load(ReadOnlySpan<byte> bytes, int offset) => Vector128.Create(bytes.Slice(offset, Count));

    /// <summary>The lower four bits of each byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Low(Vector128<byte> bytes) => bytes & Vector128.Create((byte)0x0F);

    /// <summary>The upper four bits of each byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> High(Vector128<byte> bytes) => bytes >>> 4;

    /// <summary>Bits of each byte: <c>(byte &gt;&gt; shift) &amp; mask</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Bits(Vector128<byte> bytes, int shift, byte mask) => (bytes >>> shift) & Vector128.Create(mask);

    /// <summary>Bit n of a 16-bit mask in lane n, as 0 or 16: the fifth bit of a code.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> FifthBits(uint mask)
    {
        // The first byte of the mask in lanes 0–7, the second in lanes 8–15.
        var spread = Vector128.Shuffle(Vector128.CreateScalar(mask).AsByte(), Vector128.Create((byte)0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1));
        var selector = Vector128.Create((byte)1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128);
        return Vector128.Equals(spread & selector, selector) & Vector128.Create((byte)16);
    }

    /// <summary>The entry of a table of sixteen signed values that each code from 0 to 15 selects.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<sbyte> Lookup(Vector128<sbyte> table, Vector128<byte> codes) => Vector128.Shuffle(table, codes.AsSByte());

    /// <summary>Writes <c>scale · code</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scaled(Vector128<sbyte> codes, float scale, Span<float> values, int offset)
    {
        ref var target = ref Target(values, offset);
        var factor = Vector128.Create(scale);
        var (low, high) = Vector128.Widen(codes);
        var (first, second) = Vector128.Widen(low);
        var (third, fourth) = Vector128.Widen(high);
        (Vector128.ConvertToSingle(first) * factor).StoreUnsafe(ref target, 0);
        (Vector128.ConvertToSingle(second) * factor).StoreUnsafe(ref target, 4);
        (Vector128.ConvertToSingle(third) * factor).StoreUnsafe(ref target, 8);
        (Vector128.ConvertToSingle(fourth) * factor).StoreUnsafe(ref target, 12);
    }

    /// <summary>Writes <c>scale · code + offset</c> with two roundings, as the formats define it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Affine(Vector128<byte> codes, float scale, float minimum, Span<float> values, int offset)
    {
        ref var target = ref Target(values, offset);
        var factor = Vector128.Create(scale);
        var addend = Vector128.Create(minimum);
        var (low, high) = Vector128.Widen(codes);
        var (first, second) = Vector128.Widen(low);
        var (third, fourth) = Vector128.Widen(high);
        ((Vector128.ConvertToSingle(first.AsInt32()) * factor) + addend).StoreUnsafe(ref target, 0);
        ((Vector128.ConvertToSingle(second.AsInt32()) * factor) + addend).StoreUnsafe(ref target, 4);
        ((Vector128.ConvertToSingle(third.AsInt32()) * factor) + addend).StoreUnsafe(ref target, 8);
        ((Vector128.ConvertToSingle(fourth.AsInt32()) * factor) + addend).StoreUnsafe(ref target, 12);
    }

    /// <summary>A half-precision number at a byte offset.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ReadHalf(ReadOnlySpan<byte> block, int offset) => (float)MemoryMarshal.Read<Half>(block[offset..]);

    private static ref float Target(Span<float> values, int offset) => ref MemoryMarshal.GetReference(values.Slice(offset, Count));
}
