namespace Steering.Tokenizers;

/// <summary>What a <c>tokenizer.json</c> is made of, ready to run.</summary>
internal sealed record TokenizerParts
{
    /// <summary>Token → id, without added tokens.</summary>
    public required Dictionary<string, int> Vocabulary { get; init; }

    /// <summary>Added tokens.</summary>
    public required IReadOnlyList<AddedToken> Added { get; init; }

    /// <summary>Added tokens looked for in the text as it is.</summary>
    public required AddedTokens RawTokens { get; init; }

    /// <summary>Added tokens looked for in the normalised text.</summary>
    public required AddedTokens NormalizedTokens { get; init; }

    /// <summary>Normalisation of a piece.</summary>
    public required Func<string, string> Normalize { get; init; }

    /// <summary>Cuts a piece into words; the flag says whether it starts the text.</summary>
    public required WordCutter Cut { get; init; }

    /// <summary>Byte-pair encoding of a word.</summary>
    public required BytePairModel Model { get; init; }

    /// <summary>Tokens to text.</summary>
    public required TokenDecoder Decoder { get; init; }

    /// <summary>Ids put before a prompt.</summary>
    public required IReadOnlyList<int> Prefix { get; init; }

    /// <summary>Ids put after a prompt.</summary>
    public required IReadOnlyList<int> Suffix { get; init; }

    /// <summary>
    /// Whether a text may be cut before a space between two letters, whatever stands around them, and its two parts encoded apart
    /// give the tokens of the whole, and these, decoded apart, its text.
    /// </summary>
    public bool BreaksBetweenWords { get; init; }
}
