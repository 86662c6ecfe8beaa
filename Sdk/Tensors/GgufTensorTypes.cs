namespace Steering.Tensors;

/// <summary>Block sizes of the GGUF tensor types.</summary>
public static class GgufTensorTypes
{
    /// <summary>Elements and bytes of one block; a plain number is a block of one element.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a type of this library.</exception>
    public static (int Elements, int Bytes) Block(this GgufTensorType type) => type switch
    {
        GgufTensorType.F32 or GgufTensorType.I32 => (1, 4),
        GgufTensorType.F16 or GgufTensorType.BF16 or GgufTensorType.I16 => (1, 2),
        GgufTensorType.F64 or GgufTensorType.I64 => (1, 8),
        GgufTensorType.I8 => (1, 1),
        GgufTensorType.Q4_0 or GgufTensorType.IQ4_NL => (32, 18),
        GgufTensorType.Q4_1 => (32, 20),
        GgufTensorType.Q5_0 => (32, 22),
        GgufTensorType.Q5_1 => (32, 24),
        GgufTensorType.Q8_0 => (32, 34),
        GgufTensorType.MXFP4 => (32, 17),
        GgufTensorType.Q2_K => (256, 84),
        GgufTensorType.Q3_K or GgufTensorType.IQ3_S => (256, 110),
        GgufTensorType.Q4_K => (256, 144),
        GgufTensorType.Q5_K => (256, 176),
        GgufTensorType.Q6_K => (256, 210),
        GgufTensorType.IQ2_XXS or GgufTensorType.TQ2_0 => (256, 66),
        GgufTensorType.IQ2_XS => (256, 74),
        GgufTensorType.IQ2_S => (256, 82),
        GgufTensorType.IQ3_XXS => (256, 98),
        GgufTensorType.IQ1_S => (256, 50),
        GgufTensorType.IQ1_M => (256, 56),
        GgufTensorType.IQ4_XS => (256, 136),
        GgufTensorType.TQ1_0 => (256, 54),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not a GGUF tensor type of this library."),
    };

    /// <summary>The plain element type, or null when the elements are stored in blocks.</summary>
    public static TensorElementType? ElementType(this GgufTensorType type) => type switch
    {
        GgufTensorType.F32 => TensorElementType.Float32,
        GgufTensorType.F16 => TensorElementType.Float16,
        GgufTensorType.BF16 => TensorElementType.BFloat16,
        GgufTensorType.F64 => TensorElementType.Float64,
        GgufTensorType.I8 => TensorElementType.Int8,
        GgufTensorType.I16 => TensorElementType.Int16,
        GgufTensorType.I32 => TensorElementType.Int32,
        GgufTensorType.I64 => TensorElementType.Int64,
        _ => null,
    };
}
