namespace Steering.Training.Tokenizers;

/// <summary>A byte-level BPE vocabulary, ready to be written.</summary>
public sealed class TrainedTokenizer
{
    private readonly BytePairOptions _options;

    internal TrainedTokenizer(IReadOnlyList<string> vocabulary, IReadOnlyList<(string Left, string Right)> merges, BytePairOptions options)
    {
        Vocabulary = vocabulary;
        Merges = merges;
        _options = options;
    }

    /// <summary>The tokens by id: special tokens, bytes, merges. All but the special tokens are spelled in GPT-2's byte alphabet.</summary>
    public IReadOnlyList<string> Vocabulary { get; }

    /// <summary>The merges in order of rank.</summary>
    public IReadOnlyList<(string Left, string Right)> Merges { get; }

    /// <summary>
    /// Writes <c>tokenizer.json</c>, <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c> as Hugging Face writes them for
    /// SmolLM2, each atomically.
    /// </summary>
    /// <param name="folder">An existing folder; files of these names are replaced.</param>
    /// <exception cref="SteeringException">The folder does not exist or cannot be written.</exception>
    public void Save(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        TokenizerFiles.Write(this, _options, folder);
    }
}
