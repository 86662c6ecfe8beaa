using Steering;
using Steering.Sandbox.Corpora;
using Steering.Tokenizers;
using Steering.Training.Llama;

namespace SandboxModel;

/// <summary>The sandbox's text as token ids.</summary>
internal static class SandboxText
{
    /// <summary>The token that stands after every document.</summary>
    public const string EndOfDocument = "<|endoftext|>";

    /// <summary>Windows that begin with a document.</summary>
    public static IEnumerable<int[]> Windows(SandboxCorpus corpus, CorpusSplit split, TextTokenizer tokenizer, int length)
    {
        var end = Id(tokenizer, EndOfDocument);
        return DocumentWindows.Pack(corpus.Documents(split).Select(document => (int[])[.. tokenizer.Encode(document.Text), end]), length);
    }

    /// <summary>Id of a token that the tokenizer must have.</summary>
    public static int Id(TextTokenizer tokenizer, string token) =>
        tokenizer.Find(token) ?? throw new SteeringException($"The tokenizer has no token {token}; it is none of the sandbox. Train it with 'tokenizer'.");
}
