namespace Steering.Analysis.Detoxification;

/// <summary>A feature that the policies turn down.</summary>
/// <param name="Feature">Latent, 0-based.</param>
/// <param name="Score">Score by the ranking.</param>
/// <param name="ToxicRate">Share of the toxic texts on which it fires.</param>
/// <param name="CleanRate">Share of the clean texts on which it fires.</param>
/// <param name="ToxicMean">Mean of its active values on toxic texts, the gate's unit.</param>
public sealed record DetoxFeature(int Feature, double Score, double ToxicRate, double CleanRate, double ToxicMean);
