namespace Steering.Tokenizers;

/// <summary>Text to token ids and back. Implementations are thread-safe.</summary>
public interface ITextTokenizer
{
    /// <summary>Number of ids that have a token.</summary>
    int Count { get; }

    /// <summary>Token ids of a text. Special tokens written in the text become their ids.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="addSpecialTokens">Whether to add what the model expects around a prompt (a BOS token, for most that want one).</param>
    int[] Encode(string text, bool addSpecialTokens = false);

    /// <summary>Text of token ids. Bytes that are no UTF-8 become U+FFFD.</summary>
    /// <param name="ids">Token ids.</param>
    /// <param name="skipSpecialTokens">Whether control tokens such as <c>&lt;|im_end|&gt;</c> are left out.</param>
    /// <exception cref="SteeringException">There is no such id.</exception>
    string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = false);

    /// <summary>Id of a token by its exact content, or null.</summary>
    int? Find(string token);

    /// <summary>Content of a token as the vocabulary writes it (byte-level tokens in their printable alphabet), or null.</summary>
    string? Token(int id);

    /// <summary>Whether an id is a control token.</summary>
    bool IsSpecial(int id);

    /// <summary>Starts decoding one token at a time.</summary>
    /// <param name="skipSpecialTokens">Whether control tokens are left out.</param>
    IncrementalDetokenizer CreateDetokenizer(bool skipSpecialTokens = false);
}
