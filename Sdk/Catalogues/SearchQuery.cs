using System.Text;

namespace Steering.Catalogues;

/// <summary>What a user wrote, as full-text queries in which nothing of it has a meaning of its own.</summary>
/// <param name="Words">Every word as a quoted string, all of them required.</param>
/// <param name="Any">The same, one of them required.</param>
/// <param name="HasPrefix">Whether one stands for all words that begin so.</param>
internal sealed record SearchQuery(string Words, string Any, bool HasPrefix)
{
    private const int MaximumWords = 32;

    /// <summary>Excerpts that hold all words.</summary>
    public string Anywhere => $"text : ({Words})";

    /// <summary>Excerpts that hold all words, one of them at the peak.</summary>
    public string AtPeak => $"(peak_word : ({Any})) AND (text : ({Words}))";

    /// <summary>Splits a text into words; a word that ends in * stands for every word that begins so.</summary>
    /// <exception cref="SteeringException">There is no word, or too many.</exception>
    public static SearchQuery Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.Replace("\0", string.Empty, StringComparison.Ordinal))
            .Where(word => word.EnumerateRunes().Any(Rune.IsLetterOrDigit))
            .ToArray();
        if (words.Length is 0 or > MaximumWords)
        {
            throw new SteeringException(words.Length == 0
                ? $"'{text}' holds no letter or digit to search for; give a word, as in rain."
                : $"The search has {words.Length} words; give at most {MaximumWords}.");
        }

        string[] terms = [.. words.Select(word => word.EndsWith('*') ? $"{Quote(word[..^1])}*" : Quote(word))];
        return new SearchQuery(string.Join(" AND ", terms), string.Join(" OR ", terms), words.Any(word => word.EndsWith('*')));
    }

    private static string Quote(string word) => $"\"{word.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
