namespace Steering.Analysis.Harvest;

/// <summary>How far a harvest is.</summary>
/// <param name="Tokens">Tokens that went through the model so far, those of earlier runs that are in shards included.</param>
/// <param name="TokensThisRun">Those of this run.</param>
/// <param name="ExpectedTokens">Tokens of the whole text, estimated; null where nothing tells.</param>
public readonly record struct HarvestProgress(long Tokens, long TokensThisRun, long? ExpectedTokens);
