namespace Steering.Chat.Toxicity;

/// <summary>One decision of a filter.</summary>
/// <param name="Kind">What was decided.</param>
/// <param name="Token">Index in the reply, or in the user's turn, of the token it was decided at, 0-based.</param>
/// <param name="Watch">The watch that was furthest above its level, or nearest to it.</param>
/// <param name="Value">Its value.</param>
/// <param name="Level">Its on level, in the same unit.</param>
/// <param name="Withheld">Number of tokens dropped.</param>
/// <param name="Text">The text of the tokens dropped, where <see cref="ToxicityFilterOptions.IncludeText"/> asks for it; else null.</param>
public sealed record ToxicityDecision(ToxicityDecisionKind Kind, int Token, string Watch, float Value, float Level, int Withheld, string? Text);
