using Steering.Analysis.Harvest;

namespace Steering.Analysis.Sources;

/// <summary>Rows that a harvest passes to its reader.</summary>
/// <param name="Rows">[n, d]; null marks the end of a pass.</param>
/// <param name="Unit">First window of the unit that they belong to: a batch, or a shard. A restored harvest begins at a unit.</param>
/// <param name="TextBefore">Hash of all windows before the unit.</param>
/// <param name="Counts">What these rows add to the counts.</param>
internal sealed record RowBlock(float[]? Rows, long Unit, string TextBefore, HarvestCounts Counts);
