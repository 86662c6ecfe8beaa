namespace Steering.Export.Checkpoints.Quantisation;

/// <summary>One GGUF block type: how a block of bytes becomes numbers.</summary>
internal interface IBlockFormat
{
    /// <summary>Decodes one block exactly as the format defines it, in fp32 arithmetic and in the definition's order.</summary>
    /// <param name="block">Exactly the bytes of one block.</param>
    /// <param name="values">Exactly room for the elements of one block.</param>
    static abstract void Decode(ReadOnlySpan<byte> block, Span<float> values);
}
