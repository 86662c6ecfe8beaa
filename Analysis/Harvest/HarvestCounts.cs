namespace Steering.Analysis.Harvest;

/// <summary>What one pass over a text has given so far.</summary>
/// <param name="Windows">Windows run.</param>
/// <param name="Tokens">Their tokens.</param>
/// <param name="Rows">Activations kept.</param>
/// <param name="FirstPositions">Tokens left out as the first of their window.</param>
/// <param name="MassiveTokens">Tokens left out for their norm.</param>
public readonly record struct HarvestCounts(long Windows, long Tokens, long Rows, long FirstPositions, long MassiveTokens)
{
    /// <summary>The counts with a batch added.</summary>
    public HarvestCounts Plus(HarvestedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return new(Windows + batch.Windows.Count, Tokens + batch.Tokens, Rows + batch.Rows, FirstPositions + batch.FirstPositions, MassiveTokens + batch.MassiveTokens);
    }
}
