namespace Steering.Catalogues;

/// <summary>A few tokens of the text, around one on which features were largest.</summary>
/// <param name="Document">Number of the document it comes from, 0-based.</param>
/// <param name="Peak">Index in <paramref name="Tokens"/> of the token on which the features that share the excerpt were largest.</param>
/// <param name="Tokens">What each token adds to the text; joined they are the text. 1 to 255 tokens.</param>
public sealed record CatalogueExcerpt(long Document, int Peak, IReadOnlyList<string> Tokens)
{
    /// <summary>Largest number of tokens.</summary>
    public const int MaximumTokens = 255;

    /// <summary>The text.</summary>
    public string Text => string.Concat(Tokens);
}
