using Steering.Analysis.Harvest;

namespace Steering.Analysis.Sources;

/// <summary>Rows in an order that no shuffle has touched yet, pass after pass.</summary>
internal interface IRowStream : IDisposable
{
    int HiddenSize { get; }

    /// <summary>Everything that decides the rows and their order, in words.</summary>
    string Identity { get; }

    /// <summary>What the first pass has given so far.</summary>
    HarvestCounts Counts { get; }

    /// <summary>Counts the tokens of one pass, left-out ones included. To be called while nothing is read.</summary>
    /// <exception cref="SteeringException">They come from standard input, which cannot be read twice, or cannot be read.</exception>
    long CountTokens(CancellationToken cancellationToken);

    /// <summary>Reads whole rows.</summary>
    /// <returns>Number of rows; 0 once at the end of each pass, after which the next one begins.</returns>
    int Read(Span<float> rows, CancellationToken cancellationToken);

    /// <summary>Writes the position.</summary>
    void Save(BinaryWriter writer);

    /// <summary>Goes to a position.</summary>
    void Restore(BinaryReader reader);
}

/// <summary>Rows that a harvest passes to its reader.</summary>
/// <param name="Rows">[n, d]; null marks the end of a pass.</param>
/// <param name="Unit">First window of the unit that they belong to: a batch, or a shard. A restored harvest begins at a unit.</param>
/// <param name="TextBefore">Hash of all windows before the unit.</param>
/// <param name="Counts">What these rows add to the counts.</param>
internal sealed record RowBlock(float[]? Rows, long Unit, string TextBefore, HarvestCounts Counts);
