using System.Runtime.CompilerServices;
using Steering.Tensors;

namespace Steering.Export.Checkpoints.Quantisation;

/// <summary>Turns the blocks of GGUF tensors into fp32, bit for bit as the format defines them.</summary>
internal static class Dequantiser
{
    /// <summary>Whether <see cref="ToFloat32"/> reads the type.</summary>
    public static bool Supports(GgufTensorType type) => type.ElementType() is not null || Decoder(type) is not null;

    /// <summary>Decodes whole blocks, or converts plain numbers.</summary>
    /// <param name="type">How the elements are stored.</param>
    /// <param name="source">Whole blocks.</param>
    /// <param name="destination">Room for exactly their elements.</param>
    /// <exception cref="SteeringException">The type is one that this library does not decode.</exception>
    /// <exception cref="ArgumentException">The lengths do not agree.</exception>
    public static void ToFloat32(GgufTensorType type, ReadOnlySpan<byte> source, Span<float> destination)
    {
        if (type.ElementType() is { } elementType)
        {
            TensorConversion.ToFloat32(elementType, source, destination);
            return;
        }

        var (elements, bytes) = type.Block();
        if (source.Length % bytes != 0 || (long)source.Length / bytes * elements != destination.Length)
        {
            throw new ArgumentException($"{source.Length} bytes of {type} blocks ({elements} elements in {bytes} bytes) do not fill {destination.Length} elements.");
        }

        var decode = Decoder(type) ?? throw new SteeringException(Unsupported(type));
        decode(source, destination, elements, bytes);
    }

    /// <summary>What to say of a type that is not supported.</summary>
    internal static string Unsupported(GgufTensorType type) =>
        $"{type} blocks are not supported; quantise the model to one of F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K to Q6_K, IQ4_NL, IQ4_XS or MXFP4.";

    private delegate void BlockDecoder(ReadOnlySpan<byte> source, Span<float> destination, int elements, int bytes);

    private static BlockDecoder? Decoder(GgufTensorType type) => type switch
    {
        GgufTensorType.Q4_0 => Decode<Q4_0>,
        GgufTensorType.Q4_1 => Decode<Q4_1>,
        GgufTensorType.Q5_0 => Decode<Q5_0>,
        GgufTensorType.Q5_1 => Decode<Q5_1>,
        GgufTensorType.Q8_0 => Decode<Q8_0>,
        GgufTensorType.Q2_K => Decode<Q2_K>,
        GgufTensorType.Q3_K => Decode<Q3_K>,
        GgufTensorType.Q4_K => Decode<Q4_K>,
        GgufTensorType.Q5_K => Decode<Q5_K>,
        GgufTensorType.Q6_K => Decode<Q6_K>,
        GgufTensorType.IQ4_NL => Decode<IQ4_NL>,
        GgufTensorType.IQ4_XS => Decode<IQ4_XS>,
        GgufTensorType.MXFP4 => Decode<MXFP4>,
        _ => null,
    };

    // Optimised at its first call, with the format's own code inside: an import is over before tiering would get to it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Decode<TFormat>(ReadOnlySpan<byte> source, Span<float> destination, int elements, int bytes)
        where TFormat : struct, IBlockFormat
    {
        for (; !source.IsEmpty; source = source[bytes..], destination = destination[elements..])
        {
            TFormat.Decode(source[..bytes], destination[..elements]);
        }
    }
}
