using Steering.Training.Llama;

namespace SandboxModel;

/// <summary>What the sandbox model is: its shape, and how much it is trained.</summary>
internal sealed record SandboxRecipe
{
    /// <summary>The bundled model.</summary>
    public static SandboxRecipe Full { get; } = new() { Tokens = 20_000_000 };

    /// <summary>A few minutes.</summary>
    public static SandboxRecipe Quick { get; } = new() { Tokens = 1_000_000 };

    /// <summary>Tokens to train on.</summary>
    public required long Tokens { get; init; }

    /// <summary>Entries of the tokenizer.</summary>
    public int VocabularySize { get; init; } = 2000;

    /// <summary>Documents that the tokenizer's pairs are counted in.</summary>
    public int TokenizerDocuments { get; init; } = 20_000;

    /// <summary>The most tokens that the model reads.</summary>
    public int ContextLength { get; init; } = 512;

    /// <summary>Options of the trainer.</summary>
    /// <param name="seed">Seed of the weights.</param>
    /// <param name="vocabulary">Entries of the tokenizer as it came out.</param>
    public LanguageModelOptions Options(long seed, int vocabulary) => new()
    {
        Model = new LlamaSettings
        {
            VocabularySize = vocabulary,
            HiddenSize = 160,
            BlockCount = 6,
            HeadCount = 5,
            KeyValueHeadCount = 5,
            HeadSize = 32,
            IntermediateSize = 432,
            ContextLength = ContextLength,
        },
        Tokens = Tokens,
        WindowLength = ContextLength,
        Seed = seed,
    };
}
