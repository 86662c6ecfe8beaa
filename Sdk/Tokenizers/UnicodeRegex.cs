using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Steering.Tokenizers;

/// <summary>
/// A regular expression over Unicode characters. .NET matches UTF-16 units, so that a letter beyond U+FFFF is two
/// surrogates and no letter; here such characters are matched as a stand-in of their own category.
/// </summary>
internal sealed class UnicodeRegex
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly Regex _regex;

    public UnicodeRegex(string pattern, string source)
    {
        try
        {
            _regex = new Regex(PossessiveQuantifiers.Rewrite(pattern), RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Limit);
        }
        catch (ArgumentException exception)
        {
            throw new SteeringException($"{source} holds the regular expression '{pattern}', which .NET cannot read: {exception.Message}", exception);
        }
    }

    /// <summary>Cuts a text into the matches and what lies between them, in order.</summary>
    /// <param name="text">Text.</param>
    /// <param name="emit">Receives each piece and whether it is a match.</param>
    public void Cut(string text, Action<string, bool> emit)
    {
        var shadow = text;
        int[]? positions = null;
        if (text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') >= 0)
        {
            (shadow, positions) = Shadow(text);
        }

        var from = 0;
        foreach (var match in _regex.EnumerateMatches(shadow))
        {
            if (match.Length == 0)
            {
                continue;
            }

            var (start, end) = positions is null
                ? (match.Index, match.Index + match.Length)
                : (positions[match.Index], positions[match.Index + match.Length]);
            if (start > from)
            {
                emit(text[from..start], false);
            }

            emit(text[start..end], true);
            from = end;
        }

        if (from < text.Length)
        {
            emit(text[from..], false);
        }
    }

    private static (string Shadow, int[] Positions) Shadow(string text)
    {
        var shadow = new StringBuilder(text.Length);
        var positions = new List<int>(text.Length + 1);
        for (var at = 0; at < text.Length;)
        {
            positions.Add(at);
            if (Rune.TryGetRuneAt(text, at, out var rune) && !rune.IsBmp)
            {
                shadow.Append(StandIn(Rune.GetUnicodeCategory(rune)));
                at += 2;
            }
            else
            {
                shadow.Append(text[at]);
                at++;
            }
        }

        positions.Add(text.Length);
        return (shadow.ToString(), [.. positions]);
    }

    private static char StandIn(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter => '\u0100',
        UnicodeCategory.LowercaseLetter => '\u0101',
        UnicodeCategory.TitlecaseLetter => '\u01C5',
        UnicodeCategory.ModifierLetter => '\u02B0',
        UnicodeCategory.OtherLetter => '\u4E00',
        UnicodeCategory.NonSpacingMark => '\u0300',
        UnicodeCategory.SpacingCombiningMark => '\u0903',
        UnicodeCategory.EnclosingMark => '\u20DD',
        UnicodeCategory.DecimalDigitNumber => '\u0660',
        UnicodeCategory.LetterNumber => '\u2160',
        UnicodeCategory.OtherNumber => '\u00B2',
        UnicodeCategory.OtherPunctuation => '\u00A7',
        UnicodeCategory.DashPunctuation => '\u2010',
        UnicodeCategory.MathSymbol => '\u00D7',
        UnicodeCategory.Format => '\u200B',
        UnicodeCategory.PrivateUse => '\uE000',
        _ => '\u00A9',
    };
}
