namespace Steering.Decoding;

/// <summary>One generated token as a caller sees it.</summary>
/// <param name="Id">Token id.</param>
/// <param name="Text">
/// The text that became final with this token: empty while a character or a possible stop sequence is incomplete.
/// </param>
/// <param name="FinishReason">Why the turn ended, on its last token; else <see cref="FinishReason.None"/>.</param>
/// <param name="Activations">
/// For each site of the policy, by ascending block, the activations that led to this token: of the previous position,
/// before the edit. Empty when the policy watches nothing.
/// </param>
public sealed record DecodedToken(int Id, string Text, FinishReason FinishReason, IReadOnlyList<SiteActivations> Activations);

/// <summary>Why a decoding ended.</summary>
public enum FinishReason
{
    /// <summary>It has not ended.</summary>
    None,

    /// <summary>The model produced an end token, or the text a stop sequence.</summary>
    Stop,

    /// <summary>The number of tokens asked for was reached.</summary>
    Length,

    /// <summary>A filter ended it.</summary>
    Filter,
}
