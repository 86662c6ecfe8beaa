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
