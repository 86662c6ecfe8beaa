namespace Steering.Tensors;

/// <summary>How a GGUF file stores the elements of a tensor, with the numbers that the format gives the types. Names are the format's.</summary>
public enum GgufTensorType
{
    /// <summary>IEEE single precision.</summary>
    F32 = 0,

    /// <summary>IEEE half precision.</summary>
    F16 = 1,

    /// <summary>4 bits, blocks of 32, scale.</summary>
    Q4_0 = 2,

    /// <summary>4 bits, blocks of 32, scale and minimum.</summary>
    Q4_1 = 3,

    /// <summary>5 bits, blocks of 32, scale.</summary>
    Q5_0 = 6,

    /// <summary>5 bits, blocks of 32, scale and minimum.</summary>
    Q5_1 = 7,

    /// <summary>8 bits, blocks of 32, scale.</summary>
    Q8_0 = 8,

    /// <summary>2 bits, super-blocks of 256.</summary>
    Q2_K = 10,

    /// <summary>3 bits, super-blocks of 256.</summary>
    Q3_K = 11,

    /// <summary>4 bits, super-blocks of 256.</summary>
    Q4_K = 12,

    /// <summary>5 bits, super-blocks of 256.</summary>
    Q5_K = 13,

    /// <summary>6 bits, super-blocks of 256.</summary>
    Q6_K = 14,

    /// <summary>2.06 bits, lattice codes.</summary>
    IQ2_XXS = 16,

    /// <summary>2.31 bits, lattice codes.</summary>
    IQ2_XS = 17,

    /// <summary>3.06 bits, lattice codes.</summary>
    IQ3_XXS = 18,

    /// <summary>1.56 bits, lattice codes.</summary>
    IQ1_S = 19,

    /// <summary>4 bits through a table, blocks of 32.</summary>
    IQ4_NL = 20,

    /// <summary>3.44 bits, lattice codes.</summary>
    IQ3_S = 21,

    /// <summary>2.56 bits, lattice codes.</summary>
    IQ2_S = 22,

    /// <summary>4 bits through a table, super-blocks of 256.</summary>
    IQ4_XS = 23,

    /// <summary>Signed 8-bit integer.</summary>
    I8 = 24,

    /// <summary>Signed 16-bit integer.</summary>
    I16 = 25,

    /// <summary>Signed 32-bit integer.</summary>
    I32 = 26,

    /// <summary>Signed 64-bit integer.</summary>
    I64 = 27,

    /// <summary>IEEE double precision.</summary>
    F64 = 28,

    /// <summary>1.75 bits, lattice codes.</summary>
    IQ1_M = 29,

    /// <summary>bfloat16.</summary>
    BF16 = 30,

    /// <summary>Ternary, 1.69 bits.</summary>
    TQ1_0 = 34,

    /// <summary>Ternary, 2.06 bits.</summary>
    TQ2_0 = 35,

    /// <summary>4-bit floating point, blocks of 32 with a shared exponent.</summary>
    MXFP4 = 39,
}
