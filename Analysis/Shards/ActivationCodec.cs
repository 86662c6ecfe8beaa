using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Steering.Tensors;

namespace Steering.Analysis.Shards;

/// <summary>fp32 activations as the bytes of a narrower type and back, rounded to nearest, ties to even.</summary>
internal static class ActivationCodec
{
    /// <summary>The types that shards can hold.</summary>
    public static bool CanStore(TensorElementType type) => type is TensorElementType.Float32 or TensorElementType.Float16 or TensorElementType.BFloat16;

    /// <summary>Writes numbers as bytes.</summary>
    /// <param name="type">Their type.</param>
    /// <param name="values">Finite numbers.</param>
    /// <param name="bytes">Receives <c>values.Length · type.Size()</c> bytes.</param>
    /// <exception cref="SteeringException">A number is too large for the type.</exception>
    public static void Encode(TensorElementType type, ReadOnlySpan<float> values, Span<byte> bytes)
    {
        switch (type)
        {
            case TensorElementType.Float32:
                MemoryMarshal.AsBytes(values).CopyTo(bytes);
                break;
            case TensorElementType.Float16:
                var largest = values.IsEmpty ? 0 : Math.Abs(TensorPrimitives.MaxMagnitude(values));
                if (largest >= 65_520)
                {
                    throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"An activation of {largest} does not fit fp16, which ends at 65,504. Store this model's activations as bf16 or fp32."));
                }

                TensorPrimitives.ConvertToHalf(values, MemoryMarshal.Cast<byte, Half>(bytes));
                break;
            default:
                ToBFloat16(values, MemoryMarshal.Cast<byte, ushort>(bytes));
                break;
        }
    }

    private static void ToBFloat16(ReadOnlySpan<float> values, Span<ushort> stored)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var bits = BitConverter.SingleToUInt32Bits(values[i]);
            stored[i] = (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
        }
    }
}
