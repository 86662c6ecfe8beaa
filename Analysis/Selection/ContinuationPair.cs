namespace Steering.Analysis.Selection;

/// <summary>A prompt with a continuation that is to become more probable and one that is to become less so.</summary>
/// <param name="Prompt">Token ids, at least one.</param>
/// <param name="Wanted">Token ids that a policy should make follow.</param>
/// <param name="Unwanted">Token ids that it should not.</param>
public sealed record ContinuationPair(IReadOnlyList<int> Prompt, IReadOnlyList<int> Wanted, IReadOnlyList<int> Unwanted);
