namespace Steering.Analysis.Experiments;

/// <summary>A prompt with the replies of all conditions.</summary>
/// <param name="User">What is answered.</param>
/// <param name="Replies">One of each condition.</param>
public sealed record ExamplePrompt(string User, IReadOnlyList<ExampleReply> Replies);
