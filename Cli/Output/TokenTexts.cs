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
}
