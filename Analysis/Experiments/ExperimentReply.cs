namespace Steering.Analysis.Experiments;

/// <summary>One reply of one condition.</summary>
/// <param name="Prompt">Index of the prompt.</param>
/// <param name="Sample">Which of the replies to that prompt, from 0.</param>
/// <param name="Ids">Token ids, the end token included where there is one.</param>
/// <param name="Text">The reply without its end marker.</param>
/// <param name="Ended">Whether the model ended it; false where it was cut off at the largest length.</param>
public sealed record ExperimentReply(int Prompt, int Sample, IReadOnlyList<int> Ids, string Text, bool Ended);
