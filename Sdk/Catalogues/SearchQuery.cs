using System.Text;

namespace Steering.Catalogues;

/// <summary>What a user wrote, as a full-text query in which nothing of it has a meaning of its own.</summary>
/// <param name="Expression">The query: every word as a quoted string, all of them required.</param>
/// <param name="Words">The words.</param>
internal sealed record SearchQuery(string Expression, IReadOnlyList<string> Words)
{
    private const int MaximumWords = 32;

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

        var terms = words.Select(word => word.EndsWith('*') ? $"{Quote(word[..^1])}*" : Quote(word));
        return new SearchQuery(string.Join(" AND ", terms), [.. words.Select(word => word.TrimEnd('*'))]);
    }

    /// <summary>Whether a token is part of an occurrence of one of the words.</summary>
    public bool Touches(CatalogueExcerpt excerpt)
    {
        var text = excerpt.Text;
        var start = 0;
        for (var index = 0; index < excerpt.Peak; index++)
        {
            start += excerpt.Tokens[index].Length;
        }

        var end = start + excerpt.Tokens[excerpt.Peak].Length;
        foreach (var word in Words)
        {
            for (var at = text.IndexOf(word, StringComparison.OrdinalIgnoreCase); at >= 0 && at < end; at = text.IndexOf(word, at + 1, StringComparison.OrdinalIgnoreCase))
            {
                if (at + word.Length > start)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static string Quote(string word) => $"\"{word.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
