namespace Steering.Tokenizers;

/// <summary>What each token says.</summary>
public static class TokenPieces
{
    /// <summary>
    /// What each id adds to the text, so that all joined are the text. A character of several tokens stands with the last.
    /// </summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="ids">Token ids.</param>
    /// <exception cref="SteeringException">There is no such id.</exception>
    public static string[] Of(ITextTokenizer tokenizer, IReadOnlyList<int> ids)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(ids);
        var text = tokenizer.CreateDetokenizer();
        var pieces = ids.Select(text.Append).ToArray();
        if (pieces.Length > 0)
        {
            pieces[^1] += text.Finish();
        }

        return pieces;
    }
}
