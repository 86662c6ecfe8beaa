namespace Steering.Analysis.Experiments;

/// <summary>Neutral text whose perplexity is measured under the steered model: what a policy costs where it has nothing to do.</summary>
/// <param name="File">Full path of a corpus.</param>
/// <param name="Field">Field or column of the text; null for the usual one.</param>
/// <param name="Documents">How many documents are taken, from the first on.</param>
/// <param name="Tokens">How many tokens of each.</param>
public sealed record TextSettings(string File, string? Field, int Documents, int Tokens);
