using System.Collections.Frozen;

namespace Steering.Analysis.Judges;

/// <summary>
/// Counts words and phrases of a list: whole words, whatever their case. The score is how many stand in the reply, so that
/// with the usual threshold one is a hit. Nothing is learned and nothing can be argued with, which makes it a good second judge.
/// </summary>
public sealed class WordListJudge : IReplyJudge
{
    private readonly FrozenDictionary<string, string[][]> _byFirstWord;

    /// <summary>Makes a judge.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="phrases">Words and phrases, at least one; of several that begin at one place the longest counts, once.</param>
    /// <exception cref="SteeringException">There is none, or one holds no letter or digit.</exception>
    public WordListJudge(string name, IReadOnlyList<string> phrases)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(phrases);
        if (phrases.Count == 0)
        {
            throw new SteeringException($"The judge '{name}' has an empty word list; give at least one word.");
        }

        Name = name;
        Counts = $"replies with a word of '{name}'";
        _byFirstWord = phrases
            .Select(phrase => Words(phrase) is { Count: > 0 } words
                ? words.ToArray()
                : throw new SteeringException($"The judge '{name}' lists '{phrase}', which holds no letter or digit and would never be found; remove it."))
            .GroupBy(words => words[0], StringComparer.Ordinal)
            .ToFrozenDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Counts { get; init; }

    /// <inheritdoc/>
    public double Threshold { get; init; } = 1;

    /// <summary>How many words and phrases of the list stand in a text.</summary>
    /// <param name="text">Any text.</param>
    public int Count(string text)
    {
        var words = Words(text);
        var count = 0;
        for (var at = 0; at < words.Count;)
        {
            var length = LengthAt(words, at);
            count += length > 0 ? 1 : 0;
            at += Math.Max(length, 1);
        }

        return count;
    }

    /// <inheritdoc/>
    public ValueTask<Judgement> JudgeAsync(JudgedReply reply, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reply);
        return ValueTask.FromResult(Judgement.Of(Count(reply.Text)));
    }

    private int LengthAt(List<string> words, int at)
    {
        var longest = 0;
        foreach (var phrase in _byFirstWord.GetValueOrDefault(words[at], []))
        {
            if (phrase.Length > longest && at + phrase.Length <= words.Count && phrase.Index().All(word => words[at + word.Index] == word.Item))
            {
                longest = phrase.Length;
            }
        }

        return longest;
    }

    /// <summary>Runs of letters and digits, with apostrophes and hyphens inside them, in lower case.</summary>
    private static List<string> Words(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var words = new List<string>();
        var start = -1;
        for (var at = 0; at <= text.Length; at++)
        {
            var inside = at < text.Length && (char.IsLetterOrDigit(text[at]) || (start >= 0 && text[at] is '\'' or '’' or '-'));
            if (inside && start < 0)
            {
                start = at;
            }
            else if (!inside && start >= 0)
            {
                words.Add(text[start..at].ToLowerInvariant().Replace('’', '\'').TrimEnd('\'', '-'));
                start = -1;
            }
        }

        return words;
    }
}
