namespace Steering.Chat.Toxicity;

/// <summary>What a filter does while its alarm is on.</summary>
public enum ToxicityFilterAction
{
    /// <summary>Nothing but report it.</summary>
    Observe,

    /// <summary>
    /// Puts the filter's policy in the place of the request's while the alarm lasts. The token that raised it is chosen
    /// anew under that policy; nothing is withheld.
    /// </summary>
    Attenuate,

    /// <summary>
    /// Drops the token that raised the alarm and those still held back, and goes on from there under the filter's policy;
    /// after the last attempt it stops.
    /// </summary>
    Rewind,

    /// <summary>Drops the token that raised the alarm and those still held back, and ends the reply.</summary>
    Stop,
}
