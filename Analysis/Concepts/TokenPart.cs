using Steering.Tokenizers;

namespace Steering.Analysis.Concepts;

/// <summary>Consecutive tokens of a text with the labels they carry.</summary>
/// <param name="First">First token.</param>
/// <param name="End">Behind the last token.</param>
/// <param name="Labels">Labels, each once.</param>
/// <param name="Spans">How many labelled spans it stands for; 0 for tokens outside.</param>
internal sealed record TokenPart(int First, int End, IReadOnlyList<string> Labels, int Spans)
{
    /// <summary>The parts of a text whose labels belong to spans or steps.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="text">The text.</param>
    /// <param name="ids">Its tokens.</param>
    /// <param name="count">How many of them are read; a span is cut off behind.</param>
    /// <param name="outside">Label of the tokens in no labelled span, or null where they are left out.</param>
    /// <returns>Spans of the same tokens are one part; each longest run of tokens outside that is more than white space is one too.</returns>
    public static IReadOnlyList<TokenPart> Of(ITextTokenizer tokenizer, LabelledText text, ReadOnlySpan<int> ids, int count, string? outside)
    {
        var offsets = TokenOffsets.Of(tokenizer, text.Text, ids, text.Place);
        bool[] inside = [.. offsets.Take(count).Select(offset => offset.End == offset.Start)];
        var parts = new List<TokenPart>();
        foreach (var span in text.Spans.Where(span => span.Labels.Count > 0))
        {
            var first = Array.FindIndex(offsets, offset => offset.End > span.Start && offset.End > offset.Start);
            var end = Array.FindLastIndex(offsets, offset => offset.Start < span.End && offset.End > offset.Start) + 1;
            if (first >= 0 && first < count)
            {
                parts.Add(new TokenPart(first, Math.Min(end, count), span.Labels, 1));
                inside.AsSpan(first..Math.Min(end, count)).Fill(true);
            }
        }

        for (var start = 0; outside is not null && start < count; start++)
        {
            var end = start;
            while (end < count && !inside[end])
            {
                end++;
            }

            if (end > start && !string.IsNullOrWhiteSpace(text.Text[offsets[start].Start..offsets[end - 1].End]))
            {
                parts.Add(new TokenPart(start, end, [outside], 0));
            }

            start = end;
        }

        return [.. parts.GroupBy(part => (part.First, part.End)).Select(group => new TokenPart(group.Key.First, group.Key.End, [.. group.SelectMany(part => part.Labels).Distinct(StringComparer.Ordinal)], group.Sum(part => part.Spans)))];
    }
}
