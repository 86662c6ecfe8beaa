using Steering.Tokenizers;

namespace Steering.Cli.Output;

/// <summary>What each token says.</summary>
internal static class TokenTexts
{
    /// <summary>
    /// What each id adds to the text, so that all joined are the text. A character of several tokens stands with the last.
    /// </summary>
    public static string[] Of(ITextTokenizer tokenizer, IReadOnlyList<int> ids)
    {
        var text = tokenizer.CreateDetokenizer();
        var pieces = ids.Select(text.Append).ToArray();
        if (pieces.Length > 0)
        {
            pieces[^1] += text.Finish();
        }

        return pieces;
    }

    /// <summary>A token's text on one line of a table: line ends and blanks visible.</summary>
    public static string Visible(string text) => text
        .Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\r", "\\r", StringComparison.Ordinal)
        .Replace("\t", "\\t", StringComparison.Ordinal)
        .Replace(' ', '·');
}
