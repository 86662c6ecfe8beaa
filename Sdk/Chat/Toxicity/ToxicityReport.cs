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
