namespace Steering.Chat.Toxicity;

/// <summary>What a filter saw and did in one reply.</summary>
/// <param name="Action">The action in force.</param>
/// <param name="Tokens">Number of tokens looked at, those of the user's turn excluded.</param>
/// <param name="Withheld">Number of tokens that were dropped.</param>
/// <param name="Rewinds">Number of rewinds.</param>
/// <param name="Stopped">Whether the reply was ended, or the user's turn not sent.</param>
/// <param name="Decisions">The decisions, in order; the first 1000.</param>
public sealed record ToxicityReport(ToxicityFilterAction Action, int Tokens, int Withheld, int Rewinds, bool Stopped, IReadOnlyList<ToxicityDecision> Decisions)
{
    /// <summary>Whether the alarm was on at any token.</summary>
    public bool Alarmed => Decisions.Count > 0;
}

/// <summary>One decision of a filter.</summary>
/// <param name="Kind">What was decided.</param>
/// <param name="Token">Index in the reply, or in the user's turn, of the token it was decided at, 0-based.</param>
/// <param name="Watch">The watch that was furthest above its level, or nearest to it.</param>
/// <param name="Value">Its value.</param>
/// <param name="Level">Its on level, in the same unit.</param>
/// <param name="Withheld">Number of tokens dropped.</param>
/// <param name="Text">The text of the tokens dropped, where <see cref="ToxicityFilterOptions.IncludeText"/> asks for it; else null.</param>
public sealed record ToxicityDecision(ToxicityDecisionKind Kind, int Token, string Watch, float Value, float Level, int Withheld, string? Text);

/// <summary>What a filter decided.</summary>
public enum ToxicityDecisionKind
{
    /// <summary>The alarm went on.</summary>
    Alarm,

    /// <summary>The alarm went off.</summary>
    Quiet,

    /// <summary>Tokens were dropped and the reply goes on before them, under the filter's policy.</summary>
    Rewind,

    /// <summary>The reply was ended.</summary>
    Stop,

    /// <summary>The user's turn was not sent.</summary>
    PromptBlocked,
}
