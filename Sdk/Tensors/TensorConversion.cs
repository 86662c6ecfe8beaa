using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Steering.Tensors;

/// <summary>Converts stored little-endian elements to the types that computation uses.</summary>
public static class TensorConversion
{
    /// <summary>Converts elements of any type to fp32: exact for types that fp32 holds, else rounded to nearest even; booleans become 0 and 1.</summary>
    /// <param name="type">Type of the elements in <paramref name="source"/>.</param>
    /// <param name="source">The stored bytes, <c>destination.Length · type.Size()</c> of them.</param>
    /// <param name="destination">Receives the elements.</param>
    /// <exception cref="ArgumentException">The lengths do not agree.</exception>
    public static void ToFloat32(TensorElementType type, ReadOnlySpan<byte> source, Span<float> destination)
    {
        if (source.Length != (long)destination.Length * type.Size())
        {
            throw new ArgumentException($"{source.Length} bytes hold {source.Length / type.Size()} {type} elements; room for {destination.Length} was given.");
        }

        switch (type)
        {
            case TensorElementType.Float32:
                source.CopyTo(MemoryMarshal.AsBytes(destination));
                break;
            case TensorElementType.Float16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(source), destination);
                break;
            case TensorElementType.BFloat16:
                FromBFloat16(MemoryMarshal.Cast<byte, ushort>(source), destination);
                break;
            case TensorElementType.Float64:
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, double>(source), destination);
                break;
            case TensorElementType.Int64:
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, long>(source), destination);
                break;
            case TensorElementType.Int32:
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, int>(source), destination);
                break;
            case TensorElementType.Int16:
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, short>(source), destination);
                break;
            case TensorElementType.Int8:
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, sbyte>(source), destination);
                break;
            case TensorElementType.UInt8:
                TensorPrimitives.ConvertTruncating(source, destination);
                break;
            case TensorElementType.Bool:
                for (var i = 0; i < source.Length; i++)
                {
                    destination[i] = source[i] == 0 ? 0f : 1f;
                }

                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "Not an element type.");
        }
    }

    /// <summary>Converts elements of an integer or boolean type to 64-bit integers.</summary>
    /// <param name="type">Type of the elements in <paramref name="source"/>; not a floating-point type.</param>
    /// <param name="source">The stored bytes, <c>destination.Length · type.Size()</c> of them.</param>
    /// <param name="destination">Receives the elements.</param>
    /// <exception cref="ArgumentException">The lengths do not agree, or the type is not an integer.</exception>
    public static void ToInt64(TensorElementType type, ReadOnlySpan<byte> source, Span<long> destination)
    {
        if (source.Length != (long)destination.Length * type.Size())
        {
            throw new ArgumentException($"{source.Length} bytes hold {source.Length / type.Size()} {type} elements; room for {destination.Length} was given.");
        }

        switch (type)
        {
            case TensorElementType.Int64:
                source.CopyTo(MemoryMarshal.AsBytes(destination));
                break;
            case TensorElementType.Int32:
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, int>(source), destination);
                break;
            case TensorElementType.Int16:
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, short>(source), destination);
                break;
            case TensorElementType.Int8:
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, sbyte>(source), destination);
                break;
            case TensorElementType.UInt8:
                TensorPrimitives.ConvertTruncating(source, destination);
                break;
            case TensorElementType.Bool:
                for (var i = 0; i < source.Length; i++)
                {
                    destination[i] = source[i] == 0 ? 0 : 1;
                }

                break;
            default:
                throw new ArgumentException($"{type} is not an integer type.", nameof(type));
        }
    }

    /// <summary>The stored bits are the upper half of an fp32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FromBFloat16(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        var bits = MemoryMarshal.Cast<float, uint>(destination);
        for (; source.Length >= Vector<ushort>.Count; source = source[Vector<ushort>.Count..], bits = bits[Vector<ushort>.Count..])
        {
            Vector.Widen(new Vector<ushort>(source), out var low, out var high);
            (low << 16).CopyTo(bits);
            (high << 16).CopyTo(bits[Vector<uint>.Count..]);
        }

        for (var i = 0; i < source.Length; i++)
        {
            bits[i] = (uint)source[i] << 16;
        }
    }
}
