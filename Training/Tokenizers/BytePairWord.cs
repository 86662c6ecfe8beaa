namespace Steering.Training.Tokenizers;

/// <summary>A word of the text as it is cut so far, and how often it occurs.</summary>
/// <param name="ids">Its tokens.</param>
/// <param name="count">Occurrences.</param>
internal sealed class BytePairWord(List<int> ids, long count)
{
    public List<int> Ids { get; } = ids;

    public long Count { get; } = count;

    /// <summary>Joins every occurrence of a pair, from the left.</summary>
    public void Merge(int left, int right, int merged)
    {
        var kept = 0;
        for (var i = 0; i < Ids.Count; i++)
        {
            var joins = i + 1 < Ids.Count && Ids[i] == left && Ids[i + 1] == right;
            Ids[kept++] = joins ? merged : Ids[i];
            i += joins ? 1 : 0;
        }

        Ids.RemoveRange(kept, Ids.Count - kept);
    }
}
