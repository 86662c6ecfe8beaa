using System.Net;

namespace Steering.Analysis.Reports;

/// <summary>Text on its way into a page.</summary>
internal static class PageText
{
    /// <summary>Escaped, and without the characters that turn the direction of writing or control anything.</summary>
    public static string Clean(string text) => WebUtility.HtmlEncode(string.Concat(text.Select(c => Passes(c) ? c : '\uFFFD')));

    private static bool Passes(char c) =>
        c is '\t' or '\n' || !(char.IsControl(c) || c is >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069' or '\uFFFE' or '\uFFFF');
}
