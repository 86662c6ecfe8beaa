using Steering.Tokenizers;

namespace Steering.Cli.Output;

/// <summary>What each token says.</summary>
internal static class TokenTexts
{
    /// <summary>What each id adds to the text, so that all joined are the text.</summary>
    public static string[] Of(ITextTokenizer tokenizer, IReadOnlyList<int> ids) => TokenPieces.Of(tokenizer, ids);

    /// <summary>A token's text on one line of a table: line ends and blanks visible.</summary>
    public static string Visible(string text) => text
        .Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\r", "\\r", StringComparison.Ordinal)
        .Replace("\t", "\\t", StringComparison.Ordinal)
        .Replace(' ', '·');

    /// <summary>A text on one line: line ends visible, and nothing that moves the cursor or turns the direction of writing.</summary>
    public static string OneLine(string text) => string.Concat(text.Select(letter => letter switch
    {
        '\n' => "⏎",
        '\r' => string.Empty,
        '\t' => " ",
        >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069' => "\uFFFD",
        _ => char.IsControl(letter) ? "\uFFFD" : letter.ToString(),
    }));
}
