using System.Text.RegularExpressions;

namespace Steering.Tokenizers;

/// <summary>Finds added tokens in a text: the leftmost, the longest among those that start there.</summary>
internal sealed class AddedTokens
{
    private readonly Dictionary<string, AddedToken> _byContent = new(StringComparer.Ordinal);
    private readonly Regex? _pattern;

    /// <param name="tokens">The tokens.</param>
    /// <param name="normalize">What was done to the text in which they are looked for; it is done to theirs, too.</param>
    public AddedTokens(IEnumerable<AddedToken> tokens, Func<string, string>? normalize = null)
    {
        foreach (var token in tokens)
        {
            if ((normalize?.Invoke(token.Content) ?? token.Content) is { Length: > 0 } content)
            {
                _byContent[content] = token;
            }
        }

        if (_byContent.Count > 0)
        {
            var alternatives = _byContent.Keys.OrderByDescending(content => content.Length).ThenBy(content => content, StringComparer.Ordinal).Select(Regex.Escape);
            _pattern = new Regex(string.Join('|', alternatives), RegexOptions.CultureInvariant, TimeSpan.FromSeconds(30));
        }
    }

    /// <summary>Cuts a text into ordinary pieces and added tokens.</summary>
    /// <param name="text">Text.</param>
    /// <param name="emit">Receives a piece and its start, or an added token with an empty piece.</param>
    public void Cut(string text, Action<string, int, AddedToken?> emit)
    {
        var from = 0;
        if (_pattern is not null)
        {
            foreach (var match in _pattern.EnumerateMatches(text))
            {
                var (start, end) = (match.Index, match.Index + match.Length);
                var token = _byContent[text[start..end]];
                if (start < from || (token.SingleWord && !IsAlone(text, start, end)))
                {
                    continue;
                }

                for (; token.StripsLeft && start > from && char.IsWhiteSpace(text[start - 1]); start--)
                {
                }

                for (; token.StripsRight && end < text.Length && char.IsWhiteSpace(text[end]); end++)
                {
                }

                if (start > from)
                {
                    emit(text[from..start], from, null);
                }

                emit(string.Empty, start, token);
                from = end;
            }
        }

        if (from < text.Length)
        {
            emit(text[from..], from, null);
        }
    }

    private static bool IsAlone(string text, int start, int end) =>
        (start == 0 || !IsWordCharacter(text[start - 1])) && (end == text.Length || !IsWordCharacter(text[end]));

    private static bool IsWordCharacter(char character) => char.IsLetterOrDigit(character) || character == '_';
}

/// <summary>A token that is found in the text before anything else.</summary>
/// <param name="Id">Id.</param>
/// <param name="Content">Exact text.</param>
internal sealed record AddedToken(int Id, string Content)
{
    /// <summary>Whether it is a control token.</summary>
    public bool Special { get; init; }

    /// <summary>Whether it is looked for after normalisation of the text.</summary>
    public bool Normalized { get; init; }

    /// <summary>Whether white space before it belongs to it.</summary>
    public bool StripsLeft { get; init; }

    /// <summary>Whether white space after it belongs to it.</summary>
    public bool StripsRight { get; init; }

    /// <summary>Whether it counts only between non-word characters.</summary>
    public bool SingleWord { get; init; }
}
