using Steering.Tokenizers;

namespace Steering.Analysis.Concepts;

/// <summary>Which characters of a text each of its tokens covers.</summary>
internal static class TokenOffsets
{
    /// <summary>Offsets of tokens.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="text">The text.</param>
    /// <param name="ids">Its tokens, with what the model expects around them.</param>
    /// <param name="place">Where the text stands, for messages.</param>
    /// <returns>[tokens] UTF-16 index where a token begins and the one behind it; an empty range for a token that stands for no character of the text, a whole character for a token that is a part of one.</returns>
    /// <exception cref="SteeringException">The tokenizer changes the text, so that characters cannot be followed.</exception>
    public static (int Start, int End)[] Of(ITextTokenizer tokenizer, string text, ReadOnlySpan<int> ids, string place)
    {
        var bare = tokenizer.Encode(text);
        var first = ids.IndexOf(bare);
        var offsets = new (int Start, int End)[ids.Length];
        var detokenizer = tokenizer.CreateDetokenizer();
        var at = 0;
        for (var index = 0; first >= 0 && index < bare.Length; index++)
        {
            var piece = detokenizer.Append(bare[index]);
            if (!text.AsSpan(at).StartsWith(piece, StringComparison.Ordinal))
            {
                first = -1;
                break;
            }

            var whole = at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1;
            offsets[first + index] = (at, piece.Length == 0 ? Math.Min(at + whole, text.Length) : at + piece.Length);
            at += piece.Length;
        }

        return first >= 0 && at == text.Length
            ? offsets
            : throw new SteeringException($"{place}: the tokenizer changes this text (it normalises letters or blanks), so that spans of characters cannot be followed to tokens. Write the text as the tokenizer decodes it, or label whole texts.");
    }
}

/// <summary>Where the characters of a text begin. Files count characters as Unicode does (and Python); .NET counts UTF-16 units.</summary>
internal static class CharacterIndices
{
    /// <summary>[characters + 1] UTF-16 index of every character, and the length of the text.</summary>
    public static int[] Of(string text)
    {
        var indices = new List<int>(text.Length + 1);
        for (var at = 0; at < text.Length; at += at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1)
        {
            indices.Add(at);
        }

        return [.. indices, text.Length];
    }
}
