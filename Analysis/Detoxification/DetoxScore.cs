namespace Steering.Analysis.Detoxification;

/// <summary>What gates read of one text.</summary>
/// <param name="Prompt">The highest value over what stands before the text; over the text where nothing does.</param>
/// <param name="Tokens">The value at each token of the text.</param>
/// <param name="Active">Whether any chosen feature is active there.</param>
internal sealed record DetoxScore(float Prompt, float[] Tokens, bool[] Active);
