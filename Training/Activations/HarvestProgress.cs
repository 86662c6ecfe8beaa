namespace Steering.Training.Activations;

/// <summary>How far a harvest is.</summary>
/// <param name="Counts">What was harvested so far, by earlier runs too.</param>
/// <param name="TokensThisRun">Tokens that this run put through the model.</param>
/// <param name="ExpectedTokens">Tokens of the whole text, estimated; null where nothing tells.</param>
public readonly record struct HarvestProgress(HarvestCounts Counts, long TokensThisRun, long? ExpectedTokens);
