using System.Collections.Frozen;

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
            if (_byFirstWord.TryGetValue(words[i], out var phrases) && Array.Exists(phrases, phrase => StandsAt(words, i, phrase)))
            {
                count++;
            }
        }

        return count;
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
