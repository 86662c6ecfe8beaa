using System.Globalization;

namespace Steering.Catalogues;

/// <summary>The word that a peak belongs to, which a token is often only a part of.</summary>
internal static class PeakWord
{
    /// <summary>The peak token without blanks, and the letters and digits that it hangs together with; empty where it is only punctuation.</summary>
    public static string Of(CatalogueExcerpt excerpt)
    {
        var text = excerpt.Text;
        var start = 0;
        for (var index = 0; index < excerpt.Peak; index++)
        {
            start += excerpt.Tokens[index].Length;
        }

        var end = start + excerpt.Tokens[excerpt.Peak].Length;
        while (start < end && !InWord(text[start]))
        {
            start++;
        }

        while (end > start && !InWord(text[end - 1]))
        {
            end--;
        }

        if (start == end)
        {
            return string.Empty;
        }

        while (start > 0 && InWord(text[start - 1]))
        {
            start--;
        }

        while (end < text.Length && InWord(text[end]))
        {
            end++;
        }

        return text[start..end];
    }

    /// <summary>As the full-text index cuts words: letters, numbers and marks; halves of rarer characters hang together.</summary>
    private static bool InWord(char letter) => char.IsSurrogate(letter) || char.GetUnicodeCategory(letter) is
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter
        or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber
        or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
}
