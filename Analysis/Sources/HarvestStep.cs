using Steering.Analysis.Harvest;

namespace Steering.Analysis.Sources;

/// <summary>One batch of a running harvest.</summary>
/// <param name="Batch">Its activations.</param>
/// <param name="TextSha256Before">Hash of the token ids of all windows before it.</param>
internal readonly record struct HarvestStep(HarvestedBatch Batch, string TextSha256Before);
