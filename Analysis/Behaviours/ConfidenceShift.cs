namespace Steering.Analysis.Behaviours;

/// <summary>What makes a model surer of its next token: a sparse sum of decoder rows added to the residual stream.</summary>
/// <param name="Latents">Latents with a part in the shift, the largest magnitude first.</param>
/// <param name="Coefficients">Their coefficients, in units of the decoder rows.</param>
/// <param name="Direction">[d] the sum: what is added at every position but a sequence's first.</param>
/// <param name="EntropyBefore">Mean entropy of the next token over all sequences without the shift, in nats.</param>
/// <param name="EntropyAfter">The same with it.</param>
public sealed record ConfidenceShift(IReadOnlyList<int> Latents, IReadOnlyList<float> Coefficients, IReadOnlyList<float> Direction, double EntropyBefore, double EntropyAfter);
