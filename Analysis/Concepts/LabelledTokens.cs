using Steering.Analysis.Harvest;

namespace Steering.Analysis.Concepts;

/// <summary>A labelled text as the model read it.</summary>
/// <param name="Text">The text.</param>
/// <param name="Order">Its number among the texts as they were given; batches come in another order.</param>
/// <param name="Ids">The tokens that were read.</param>
/// <param name="LeftOut">[tokens] which have no row.</param>
/// <param name="FirstRow">First row of the text in its batch.</param>
/// <param name="Parts">The parts that its labels belong to; null for the whole text.</param>
internal sealed record LabelledTokens(LabelledText Text, long Order, int[] Ids, ReadOnlyMemory<LeftOut> LeftOut, int FirstRow, IReadOnlyList<TokenPart>? Parts)
{
    /// <summary>Rows of the text.</summary>
    public int Rows => LeftOut.Span.Count(Harvest.LeftOut.No);

    /// <summary>The rows of some of its tokens: first row in the batch, and how many.</summary>
    /// <param name="first">First token.</param>
    /// <param name="end">Behind the last.</param>
    public (int First, int Count) RowsOf(int first, int end) =>
        (FirstRow + LeftOut.Span[..first].Count(Harvest.LeftOut.No), LeftOut.Span[first..end].Count(Harvest.LeftOut.No));
}
