namespace Steering.Sandbox.Labelling;

/// <summary>A document as tokens, each with everything that is true of it.</summary>
/// <param name="Ids">Token ids of the document's text.</param>
/// <param name="Labels">For each token its labels, in words, each at most once.</param>
public sealed record LabelledTokens(IReadOnlyList<int> Ids, IReadOnlyList<IReadOnlyList<string>> Labels);
