namespace Steering.Export.Precision;

/// <summary>How the matrices of an imported model are stored.</summary>
public enum WeightPrecision
{
    /// <summary>fp32 weights and arithmetic: the reference, and the fastest for long prefills and harvesting.</summary>
    Float32,

    /// <summary>
    /// Blocks of integers (<c>MatMulNBits</c>): GGUF blocks are carried over without re-quantising, 4 bits where they
    /// fit and 8 bits otherwise; other sources are rounded to 4 bits in blocks of 32. The fastest decode.
    /// </summary>
    Int4,
}
