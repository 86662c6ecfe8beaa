using System.Buffers;
using System.Globalization;
using System.Text;

namespace Steering.Templates;

/// <summary>Texts as Python has them: sequences of code points, with its white space, its case mappings and its way of printing.</summary>
internal static class PythonText
{
    /// <summary>What <c>str.isspace</c> takes for white space.</summary>
    public const string Spaces = " \t\n\v\f\r\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";

    public static readonly SearchValues<char> AnySpace = SearchValues.Create(Spaces);

    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029");

    /// <summary>Characters whose upper case is longer than they are: each, then its upper case.</summary>
    private static readonly Dictionary<char, string> LongUpper =
        ("ßSS|ŉʼN|ǰJ̌|ΐΪ́|ΰΫ́|ևԵՒ|ẖH̱|ẗT̈|ẘW̊|ẙY̊|ẚAʾ|ὐΥ̓|ὒΥ̓̀|ὔΥ̓́|ὖΥ̓͂|ᾀἈΙ|ᾁἉΙ|ᾂἊΙ|ᾃἋΙ|ᾄἌΙ|ᾅἍΙ|ᾆἎΙ|ᾇἏΙ|ᾈἈΙ|ᾉἉΙ|ᾊἊΙ|ᾋἋΙ|ᾌἌΙ|ᾍἍΙ|ᾎἎΙ|ᾏἏΙ|ᾐἨΙ|ᾑἩΙ|ᾒἪΙ|ᾓἫΙ|ᾔἬΙ|ᾕἭΙ|ᾖἮΙ|ᾗἯΙ|ᾘἨΙ|ᾙἩΙ|ᾚἪΙ|ᾛἫΙ|ᾜἬΙ|ᾝἭΙ|ᾞἮΙ|ᾟἯΙ"
        + "|ᾠὨΙ|ᾡὩΙ|ᾢὪΙ|ᾣὫΙ|ᾤὬΙ|ᾥὭΙ|ᾦὮΙ|ᾧὯΙ|ᾨὨΙ|ᾩὩΙ|ᾪὪΙ|ᾫὫΙ|ᾬὬΙ|ᾭὭΙ|ᾮὮΙ|ᾯὯΙ|ᾲᾺΙ|ᾳΑΙ|ᾴΆΙ|ᾶΑ͂|ᾷΑ͂Ι|ᾼΑΙ|ῂῊΙ|ῃΗΙ|ῄΉΙ|ῆΗ͂|ῇΗ͂Ι|ῌΗΙ|ῒΪ̀|ΐΪ́|ῖΙ͂|ῗΪ͂|ῢΫ̀|ΰΫ́|ῤΡ̓|ῦΥ͂|ῧΫ͂|ῲῺΙ|ῳΩΙ|ῴΏΙ|ῶΩ͂|ῷΩ͂Ι|ῼΩΙ|ﬀFF|ﬁFI|ﬂFL|ﬃFFI|ﬄFFL|ﬅST|ﬆST|ﬓՄՆ|ﬔՄԵ|ﬕՄԻ|ﬖՎՆ|ﬗՄԽ")
        .Split('|').DistinctBy(pair => pair[0]).ToDictionary(pair => pair[0], pair => pair[1..]);

    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    public static bool HasPairs(string text) => text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF');

    /// <summary>Code points.</summary>
    public static int Length(string text)
    {
        if (!HasPairs(text))
        {
            return text.Length;
        }

        var count = 0;
        for (var at = 0; at < text.Length; at += Width(text, at))
        {
            count++;
        }

        return count;
    }

    public static int Width(string text, int at) => char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;

    /// <summary>The code points, each a text.</summary>
    public static string[] Characters(string text)
    {
        var characters = new string[Length(text)];
        for (int at = 0, index = 0; at < text.Length; at += Width(text, at))
        {
            characters[index++] = Width(text, at) == 1 ? text[at].ToString() : text.Substring(at, 2);
        }

        return characters;
    }

    /// <summary>Place of a code point in UTF-16.</summary>
    public static int Offset(string text, int index)
    {
        if (!HasPairs(text))
        {
            return Math.Min(index, text.Length);
        }

        var at = 0;
        for (; index > 0 && at < text.Length; index--)
        {
            at += Width(text, at);
        }

        return at;
    }

    public static string Strip(string text, string? characters, bool start, bool end)
    {
        var (from, to) = (0, text.Length);
        while (start && from < to && Strips(text, from, characters))
        {
            from += Width(text, from);
        }

        while (end && to > from)
        {
            var last = to - 2 >= from && Width(text, to - 2) == 2 ? to - 2 : to - 1;
            if (!Strips(text, last, characters))
            {
                break;
            }

            to = last;
        }

        return text[from..to];

        static bool Strips(string text, int at, string? characters) =>
            characters is null ? IsSpace(text[at]) : characters.AsSpan().IndexOf(text.AsSpan(at, Width(text, at))) >= 0;
    }

    public static string Upper(string text)
    {
        var upper = text.ToUpperInvariant();
        return upper.Any(LongUpper.ContainsKey) ? string.Concat(upper.Select(c => LongUpper.TryGetValue(c, out var longer) ? longer : c.ToString())) : upper;
    }

    public static string Lower(string text)
    {
        var lower = text.ToLowerInvariant().Replace("İ", "i̇", StringComparison.Ordinal);
        for (var at = text.IndexOf('Σ', StringComparison.Ordinal); at >= 0; at = text.IndexOf('Σ', at + 1))
        {
            // A sigma that ends a word has its own small letter.
            if (lower.Length == text.Length && Cased(text, at, -1) && !Cased(text, at, 1))
            {
                lower = string.Concat(lower.AsSpan(0, at), "ς", lower.AsSpan(at + 1));
            }
        }

        return lower;

        static bool Cased(string text, int at, int step)
        {
            do
            {
                at += step;
            }
            while (at >= 0 && at < text.Length && (text[at] is '\'' or '.' or ':' or '·' or '\u2019' || char.GetUnicodeCategory(text[at]) is UnicodeCategory.NonSpacingMark or UnicodeCategory.Format or UnicodeCategory.ModifierLetter));
            return at >= 0 && at < text.Length && IsCased(text[at]);
        }
    }

    public static bool IsCased(char c) => char.GetUnicodeCategory(c) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter;

    public static string Capitalize(string text)
    {
        if (text.Length == 0)
        {
            return text;
        }

        var width = Width(text, 0);
        var first = Upper(text[..width]);
        return first[..Math.Min(width, first.Length)] + Lower(first[Math.Min(width, first.Length)..] + text[width..]);
    }

    /// <summary><c>str.title</c>: a letter behind no letter becomes large, every other one small.</summary>
    public static string Title(string text)
    {
        var result = new StringBuilder(text.Length);
        var inWord = false;
        for (var at = 0; at < text.Length; at += Width(text, at))
        {
            var character = text.Substring(at, Width(text, at));
            result.Append(inWord ? Lower(character) : Capitalize(character));
            inWord = IsCased(character[0]) || (character.Length == 2 && CharUnicodeInfo.GetUnicodeCategory(text, at) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter);
        }

        return result.ToString();
    }

    public static string SwapCase(string text) =>
        string.Concat(Characters(text).Select(c => Upper(c) != c ? Upper(c) : Lower(c)));

    public static List<string> Lines(string text, bool keepEnds = false)
    {
        var lines = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var length = text.AsSpan(at).IndexOfAny(LineEnds);
            var end = length < 0 ? text.Length : at + length;
            var next = Math.Min(text.Length, end + (end + 1 < text.Length && text[end] == '\r' && text[end + 1] == '\n' ? 2 : 1));
            lines.Add(text[at..(keepEnds ? next : end)]);
            at = next;
        }

        return lines;
    }

    /// <summary>Orders by code points; UTF-16 would put characters beyond the first plane too early.</summary>
    public static int Compare(string left, string right)
    {
        var common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
        {
            return left.Length.CompareTo(right.Length);
        }

        var (a, b) = (left[common], right[common]);
        return char.IsSurrogate(a) == char.IsSurrogate(b) ? a.CompareTo(b) : char.IsSurrogate(a) ? 1 : -1;
    }

    /// <summary>Writes a text as Python's <c>repr</c> does.</summary>
    public static void Repr(StringBuilder output, string text)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        output.Append(quote);
        for (var at = 0; at < text.Length; at += Width(text, at))
        {
            var c = text[at];
            if (c == quote || c == '\\')
            {
                output.Append('\\').Append(c);
            }
            else if (c is >= ' ' and <= '~')
            {
                output.Append(c);
            }
            else if (c is '\n' or '\r' or '\t')
            {
                output.Append(c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
            }
            else if (IsPrintable(text, at))
            {
                output.Append(text, at, Width(text, at));
            }
            else
            {
                var code = Width(text, at) == 2 ? char.ConvertToUtf32(text, at) : c;
                output.Append(code <= 0xFF ? "\\x" : code <= 0xFFFF ? "\\u" : "\\U").Append(code.ToString(code <= 0xFF ? "x2" : code <= 0xFFFF ? "x4" : "x8", CultureInfo.InvariantCulture));
            }
        }

        output.Append(quote);
    }

    public static bool IsPrintable(string text, int at) => text[at] == ' ' || CharUnicodeInfo.GetUnicodeCategory(text, at) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);

    public static string Escape(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace("'", "&#39;", StringComparison.Ordinal).Replace("\"", "&#34;", StringComparison.Ordinal);
}
