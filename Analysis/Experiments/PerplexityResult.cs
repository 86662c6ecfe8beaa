using Steering.Analysis.Statistics;

namespace Steering.Analysis.Experiments;

/// <summary>A perplexity, exp(−Σ ln p / tokens), and how far it is from the unsteered one.</summary>
/// <param name="Value">The perplexity; null where it could not be measured.</param>
/// <param name="Tokens">Tokens that were scored.</param>
/// <param name="Relative">Perplexity divided by the unsteered one, minus 1.</param>
/// <param name="RelativeInterval">95 % interval of the same, bootstrapped over prompts or documents.</param>
/// <param name="Unavailable">Why it could not be measured.</param>
public sealed record PerplexityResult(double? Value, long Tokens, double? Relative = null, Interval? RelativeInterval = null, string? Unavailable = null);
