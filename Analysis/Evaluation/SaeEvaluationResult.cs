namespace Steering.Analysis.Evaluation;

/// <summary>Everything an evaluation gave.</summary>
/// <param name="Summary">The numbers.</param>
/// <param name="Latents">What each latent did.</param>
/// <param name="Neighbours">Similar latents of each latent, or null where they were not computed.</param>
/// <param name="Examples">Top examples, or null where none were asked for.</param>
public sealed record SaeEvaluationResult(SaeEvaluation Summary, LatentStatistics Latents, DecoderNeighbours? Neighbours, TopExamples? Examples);
