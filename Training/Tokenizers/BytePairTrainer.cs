using System.Runtime.InteropServices;
using Steering.Tokenizers;

namespace Steering.Training.Tokenizers;

/// <summary>
/// Trains byte-level byte-pair encoding (Sennrich, Haddow and Birch 2016, arXiv:1508.07909; on bytes as in GPT-2): the pair
/// that occurs most often becomes a token, again and again. Words are cut as SmolLM2 cuts them: every digit alone, then
/// GPT-2's expression. Ties go to the pair with the smaller ids, so the result depends on nothing but how often each
/// word occurs.
/// </summary>
public static class BytePairTrainer
{
    /// <summary>Trains a tokenizer.</summary>
    /// <param name="texts">The text; special tokens in it are left out of the counts.</param>
    /// <param name="options">Size and special tokens; null for the defaults.</param>
    /// <param name="progress">Told the number of entries, every hundred.</param>
    /// <param name="cancellation">Stops between texts and between merges.</param>
    /// <returns>The vocabulary and merges.</returns>
    /// <exception cref="SteeringException">The options contradict themselves, or the text is empty.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static TrainedTokenizer Train(
        IEnumerable<string> texts, BytePairOptions? options = null, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        options ??= new BytePairOptions();
        Check(options);
        var vocabulary = new List<string>(options.SpecialTokens);
        var bytes = ByteAlphabet.All.ToArray().Order().Select(character => character.ToString()).ToArray();
        vocabulary.AddRange(bytes);
        var ids = vocabulary.Select((token, id) => (token, id)).ToDictionary(entry => entry.token, entry => entry.id, StringComparer.Ordinal);

        var words = CountWords(texts, options, cancellation)
            .OrderBy(word => word.Key, StringComparer.Ordinal)
            .Select(word => new BytePairWord([.. word.Key.Select(character => ids[character.ToString()])], word.Value))
            .ToArray();
        if (words.Length == 0)
        {
            throw new SteeringException("There is no text to train a tokenizer on. Give at least one text that is not empty.");
        }

        var merges = new List<(string Left, string Right)>();
        var pairs = new BytePairCounts(words);
        while (vocabulary.Count < options.VocabularySize && pairs.TakeMostFrequent(options.MinimumCount) is var (left, right))
        {
            cancellation.ThrowIfCancellationRequested();
            var merged = vocabulary[left] + vocabulary[right];
            merges.Add((vocabulary[left], vocabulary[right]));
            if (!ids.TryGetValue(merged, out var id))
            {
                id = vocabulary.Count;
                ids.Add(merged, id);
                vocabulary.Add(merged);
            }

            pairs.Merge(left, right, id);
            if (vocabulary.Count % 100 == 0)
            {
                progress?.Report(vocabulary.Count);
            }
        }

        return new TrainedTokenizer(vocabulary, merges, options);
    }

    private static Dictionary<string, long> CountWords(IEnumerable<string> texts, BytePairOptions options, CancellationToken cancellation)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var special = options.SpecialTokens.ToArray();
        foreach (var text in texts)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var part in special.Length == 0 ? [text] : text.Split(special, StringSplitOptions.RemoveEmptyEntries))
            {
                WordCutters.SmolLm(part, isFirst: false, word => CollectionsMarshal.GetValueRefOrAddDefault(counts, word, out _)++);
            }
        }

        return counts;
    }

    private static void Check(BytePairOptions options)
    {
        var least = 256 + options.SpecialTokens.Count;
        if (options.VocabularySize < least)
        {
            throw new SteeringException($"A vocabulary of {options.VocabularySize} entries was asked for; the 256 bytes and {options.SpecialTokens.Count} special tokens need {least}. Ask for at least {least}.");
        }

        if (options.MinimumCount < 1)
        {
            throw new SteeringException($"MinimumCount is {options.MinimumCount}; it must be at least 1.");
        }

        if (options.SpecialTokens.Distinct(StringComparer.Ordinal).Count() != options.SpecialTokens.Count || options.SpecialTokens.Any(token => token.Length < 2))
        {
            throw new SteeringException("The special tokens must be different and longer than one character.");
        }

        foreach (var named in new[] { options.BeginToken, options.EndToken })
        {
            if (named is not null && !options.SpecialTokens.Contains(named, StringComparer.Ordinal))
            {
                throw new SteeringException($"'{named}' is named as begin or end token but is not among the special tokens {string.Join(", ", options.SpecialTokens)}. Add it there.");
            }
        }
    }
}
