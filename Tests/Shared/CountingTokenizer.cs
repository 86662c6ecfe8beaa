using Steering.Tokenizers;

namespace Steering.Tests;

/// <summary>A tokenizer that remembers which texts it encoded.</summary>
internal sealed class CountingTokenizer(ITextTokenizer tokenizer) : ITextTokenizer
{
    /// <summary>The texts, in order.</summary>
    public List<string> Encoded { get; } = [];

    public int Count => tokenizer.Count;

    /// <summary>How often each text was encoded: the least and the most.</summary>
    public (int Least, int Most) TimesEach => Encoded.CountBy(text => text).Select(pair => pair.Value).ToArray() is { Length: > 0 } times ? (times.Min(), times.Max()) : (0, 0);

    public int[] Encode(string text, bool addSpecialTokens = false)
    {
        Encoded.Add(text);
        return tokenizer.Encode(text, addSpecialTokens);
    }

    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = false) => tokenizer.Decode(ids, skipSpecialTokens);

    public int? Find(string token) => tokenizer.Find(token);

    public string? Token(int id) => tokenizer.Token(id);

    public bool IsSpecial(int id) => tokenizer.IsSpecial(id);

    public IncrementalDetokenizer CreateDetokenizer(bool skipSpecialTokens = false) => tokenizer.CreateDetokenizer(skipSpecialTokens);
}
