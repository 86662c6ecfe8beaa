namespace Steering.Analysis.Judges;

/// <summary>A reply as a judge sees it.</summary>
/// <param name="Prompt">What is answered: the user's last message, or the text that was continued.</param>
/// <param name="Text">The reply, without its end marker.</param>
/// <param name="Ended">Whether the model ended it; false where it was cut off at the largest length.</param>
public sealed record JudgedReply(string Prompt, string Text, bool Ended = true);
