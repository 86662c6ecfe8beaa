namespace Steering.Analysis.Behaviours;

/// <summary>The tokens around words: those that a word lies in, some before and some after (one and two in ReasonScore's paper).</summary>
public static class WordWindows
{
    /// <summary>Tokens before a word where no number is given.</summary>
    public const int UsualBefore = 1;

    /// <summary>Tokens after it.</summary>
    public const int UsualAfter = 2;

    /// <summary>Finds them.</summary>
    /// <param name="trace">The text.</param>
    /// <param name="words">The words.</param>
    /// <param name="before">Tokens before.</param>
    /// <param name="after">Tokens after.</param>
    /// <returns>[tokens] words in whose windows each lies, by number in <see cref="StepWords.Phrases"/>.</returns>
    public static IReadOnlyList<IReadOnlyList<int>> Of(CutTrace trace, StepWords words, int before = UsualBefore, int after = UsualAfter)
    {
        ArgumentNullException.ThrowIfNull(trace);
        ArgumentNullException.ThrowIfNull(words);
        var ends = new int[trace.Ids.Count];
        var text = new System.Text.StringBuilder();
        for (var token = 0; token < ends.Length; token++)
        {
            ends[token] = text.Append(trace.Piece(token)).Length;
        }

        var near = new SortedSet<int>?[ends.Length];
        foreach (var (start, length, phrase) in words.Matches(text.ToString()))
        {
            // The first token that ends behind a place holds it.
            var (first, last) = (Array.FindIndex(ends, end => end > start), Array.FindIndex(ends, end => end >= start + length));
            for (var token = Math.Max(0, first - before); token <= Math.Min(ends.Length - 1, last + after); token++)
            {
                (near[token] ??= []).Add(phrase);
            }
        }

        return [.. near.Select(set => set is null ? (IReadOnlyList<int>)[] : [.. set])];
    }
}
