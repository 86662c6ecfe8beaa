using Steering.Analysis.Windows;

namespace Steering.Analysis.Harvest;

/// <summary>The activations of some windows, and the tokens they belong to.</summary>
public sealed record HarvestedBatch
{
    /// <summary>The windows, in order.</summary>
    public required IReadOnlyList<TokenWindow> Windows { get; init; }

    /// <summary>Number of tokens of the windows.</summary>
    public required int Tokens { get; init; }

    /// <summary>[tokens] Which tokens have no row, and why.</summary>
    public required LeftOut[] LeftOut { get; init; }

    /// <summary>Number of rows: tokens that are not left out.</summary>
    public required int Rows { get; init; }

    /// <summary>[rows, d] activations of the tokens that are not left out, in their order.</summary>
    public required float[] Activations { get; init; }

    /// <summary>Tokens left out as the first of their window.</summary>
    public int FirstPositions => LeftOut.Count(why => why == Harvest.LeftOut.FirstPosition);

    /// <summary>Tokens left out for their norm.</summary>
    public int MassiveTokens => LeftOut.Count(why => why == Harvest.LeftOut.Massive);
}

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
