using System.Collections.Frozen;
using Steering.Sandbox.Language;

namespace Steering.Sandbox.Judging;

/// <summary>Words and phrases that can be counted in a text, whole words only.</summary>
internal sealed class PhraseSet
{
    private readonly FrozenDictionary<string, string[][]> _byFirstWord;

    public PhraseSet(IEnumerable<string> phrases)
    {
        _byFirstWord = phrases
            .Select(phrase => WordSplitter.Words(phrase).ToArray())
            .GroupBy(words => words[0], StringComparer.Ordinal)
            .ToFrozenDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
    }

    public int Count(IReadOnlyList<string> words)
    {
        var count = 0;
        for (var i = 0; i < words.Count; i++)
        {
            count += LengthAt(words, i) > 0 ? 1 : 0;
        }

        return count;
    }

    /// <summary>Which words are part of a phrase.</summary>
    public bool[] Covers(IReadOnlyList<string> words)
    {
        var covered = new bool[words.Count];
        for (var i = 0; i < words.Count; i++)
        {
            covered.AsSpan(i, LengthAt(words, i)).Fill(true);
        }

        return covered;
    }

    /// <summary>Words of the longest phrase that begins at a place; 0 where none does.</summary>
    private int LengthAt(IReadOnlyList<string> words, int at)
    {
        var longest = 0;
        if (_byFirstWord.TryGetValue(words[at], out var phrases))
        {
            foreach (var phrase in phrases)
            {
                longest = phrase.Length > longest && StandsAt(words, at, phrase) ? phrase.Length : longest;
            }
        }

        return longest;
    }

    private static bool StandsAt(IReadOnlyList<string> words, int at, string[] phrase)
    {
        if (at + phrase.Length > words.Count)
        {
            return false;
        }

        for (var i = 0; i < phrase.Length; i++)
        {
            if (words[at + i] != phrase[i])
            {
                return false;
            }
        }

        return true;
    }
}
