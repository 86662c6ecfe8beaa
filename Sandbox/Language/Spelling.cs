using System.Text;
using System.Text.RegularExpressions;

namespace Steering.Sandbox.Language;

/// <summary>What filled-in templates need to read as English: capitals at the start of sentences, "an" before vowels.</summary>
internal static partial class Spelling
{
    public static string Tidy(string text)
    {
        text = ArticleBeforeVowel().Replace(text, "${article}n ");
        text = Spaces().Replace(text, " ").Trim();
        var tidy = new StringBuilder(text);
        var start = true;
        for (var i = 0; i < tidy.Length; i++)
        {
            if (start && char.IsAsciiLetter(tidy[i]))
            {
                tidy[i] = char.ToUpperInvariant(tidy[i]);
                start = false;
            }
            else if (tidy[i] is '.' or '?' or '!')
            {
                start = true;
            }
            else if (char.IsAsciiLetterOrDigit(tidy[i]))
            {
                start = false;
            }
        }

        return tidy.ToString();
    }

    [GeneratedRegex(@"\b(?<article>[Aa]) (?=[aeioAEIO]|u(?!ni|se))(?!one\b)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ArticleBeforeVowel();

    [GeneratedRegex(" {2,}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Spaces();
}
