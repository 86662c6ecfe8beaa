namespace Steering.Chat.Toxicity;

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
