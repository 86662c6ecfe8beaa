using System.Globalization;
using Steering.Analysis.Statistics;

namespace Steering.Analysis.Behaviours;

/// <summary>Puts words into a text at the beginnings of sentences, as <c>Wait, </c>: the test of Ma et al. (arXiv 2601.05679) for latents that look like reasoning.</summary>
internal static class CueInjection
{
    /// <summary>Words that say nothing about reasoning: the control of the same number of words at the same places.</summary>
    public static IReadOnlyList<string> NeutralWords { get; } = ["table", "river", "window", "Tuesday", "paper", "garden", "orange", "bridge"];

    /// <summary>Puts words in.</summary>
    /// <param name="text">The text.</param>
    /// <param name="words">Words to draw from, at least one.</param>
    /// <param name="count">How many go in; at different places, so fewer where the text has fewer words.</param>
    /// <param name="seed">Decides places and words; other words under the same seed go to the same places.</param>
    public static string Inject(string text, IReadOnlyList<string> words, int count, long seed)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(words);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(words.Count);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        int[] sentences = [.. Places(text, sentences: true)];
        int[] places = sentences.Length >= count ? sentences : [.. sentences.Concat(Places(text, sentences: false)).Distinct()];
        int[] order = [.. Enumerable.Range(0, places.Length)];
        new SeededRandom(seed, stream: 7).Shuffle(order);
        var draw = new SeededRandom(seed, stream: 8);
        foreach (var place in order.Take(count).Select(index => places[index]).OrderDescending())
        {
            var word = words[draw.Below(words.Count)];
            text = text.Insert(place, string.Create(CultureInfo.InvariantCulture, $"{char.ToUpperInvariant(word[0])}{word[1..]}, "));
        }

        return text;
    }

    private static IEnumerable<int> Places(string text, bool sentences)
    {
        if (text.Length > 0 && !char.IsWhiteSpace(text[0]))
        {
            yield return 0;
        }

        for (var index = 2; index < text.Length; index++)
        {
            if (text[index - 1] == ' ' && char.IsLetterOrDigit(text[index]) && (!sentences || text[index - 2] is '.' or '!' or '?'))
            {
                yield return index;
            }
        }
    }
}
