namespace Steering.Batching;

/// <summary>Where a pass reads its tokens and writes its logits.</summary>
/// <param name="Tokens">Tokens of each row.</param>
/// <param name="MaskWidth">Width of the attention mask.</param>
/// <param name="MaskVersion">Changes when the mask has moved.</param>
/// <param name="Ids">Address of the token ids, i64 [rows, tokens].</param>
/// <param name="Positions">Address of their positions, i64 [rows, tokens].</param>
/// <param name="Mask">Address of the mask, i64 [rows, width].</param>
/// <param name="Logits">Address of the logits [rows, tokens, V].</param>
internal readonly record struct PassMemory(int Tokens, int MaskWidth, int MaskVersion, nint Ids, nint Positions, nint Mask, nint Logits);
