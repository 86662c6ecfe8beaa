using System.Buffers;
using System.Text;

namespace Steering.Tokenizers;

/// <summary>
/// Says in .NET's words what Oniguruma's expressions say about repetition, as tokenizers use them: <c>x++</c>, <c>x*+</c> and <c>x?+</c>
/// give nothing back, which is an atomic group; <c>x{1,3}+</c> is a repetition repeated.
/// </summary>
internal static class PossessiveQuantifiers
{
    private static readonly SearchValues<char> RangeLetters = SearchValues.Create("0123456789,");

    /// <summary>The same expression without such quantifiers; as it is where it has none.</summary>
    public static string Rewrite(string pattern)
    {
        var result = new StringBuilder(pattern.Length + 16);
        var groups = new Stack<int>();
        var atom = 0;
        for (var at = 0; at < pattern.Length;)
        {
            var letter = pattern[at];
            switch (letter)
            {
                case '(':
                    groups.Push(result.Length);
                    atom = result.Append(letter).Length;
                    at++;
                    break;
                case ')':
                    atom = groups.TryPop(out var start) ? start : result.Length;
                    result.Append(letter);
                    at++;
                    break;
                case '?' or '*' or '+' or '{' when Quantifier(pattern, at) is var length and > 0 && result.Length > atom:
                    Repeat(result, atom, pattern, ref at, length);
                    break;
                default:
                    var end = EndOfAtom(pattern, at);
                    atom = result.Length;
                    result.Append(pattern, at, end - at);
                    at = end;
                    break;
            }
        }

        return result.ToString();
    }

    private static void Repeat(StringBuilder result, int atom, string pattern, ref int at, int length)
    {
        var isRange = pattern[at] == '{';
        result.Append(pattern, at, length);
        at += length;
        if (at == pattern.Length || pattern[at] != '+')
        {
            // A question mark behind it makes it lazy.
            if (at < pattern.Length && pattern[at] == '?')
            {
                result.Append(pattern[at++]);
            }

            return;
        }

        result.Insert(atom, isRange ? "(?:" : "(?>").Append(isRange ? ")+" : ")");
        at++;
    }

    /// <summary>Length of the quantifier that stands here; 0 where none does.</summary>
    private static int Quantifier(string pattern, int at)
    {
        if (pattern[at] != '{')
        {
            return 1;
        }

        var end = pattern.IndexOf('}', at);
        return end > at + 1 && !pattern.AsSpan(at + 1, end - at - 1).ContainsAnyExcept(RangeLetters) ? end - at + 1 : 0;
    }

    private static int EndOfAtom(string pattern, int at)
    {
        if (pattern[at] == '\\' && at + 1 < pattern.Length)
        {
            var isCategory = pattern[at + 1] is 'p' or 'P' && at + 2 < pattern.Length && pattern[at + 2] == '{';
            var end = isCategory ? pattern.IndexOf('}', at) : at + 1;
            return end < 0 ? pattern.Length : end + 1;
        }

        if (pattern[at] != '[')
        {
            return at + 1;
        }

        for (var end = at + 1; end < pattern.Length; end++)
        {
            if (pattern[end] == '\\')
            {
                end++;
            }
            else if (pattern[end] == ']' && end > at + 1 && !(end == at + 2 && pattern[at + 1] == '^'))
            {
                return end + 1;
            }
        }

        return pattern.Length;
    }
}
