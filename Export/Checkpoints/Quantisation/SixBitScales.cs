namespace Steering.Export.Checkpoints.Quantisation;

/// <summary>The 12 bytes in which Q4_K and Q5_K pack eight 6-bit scales and eight 6-bit minima.</summary>
internal static class SixBitScales
{
    /// <summary>Bytes of the packing.</summary>
    public const int Bytes = 12;

    /// <summary>
    /// Scale and minimum of one of the eight sub-blocks. Those of the first four are the lower six bits of bytes 0–3 and
    /// 4–7; those of the last four have their lower four bits in bytes 8–11 and their upper two on top of the first four.
    /// </summary>
    public static (int Scale, int Minimum) Unpack(ReadOnlySpan<byte> packed, int sub) => sub < 4
        ? (packed[sub] & 63, packed[sub + 4] & 63)
        : ((packed[sub + 4] & 0x0F) | (packed[sub - 4] >> 6 << 4), (packed[sub + 4] >> 4) | (packed[sub] >> 6 << 4));
}
