namespace Steering.Training.Tokenizers;

/// <summary>What a byte-level BPE tokenizer is trained to be.</summary>
public sealed record BytePairOptions
{
    /// <summary>Entries in all: special tokens, the 256 bytes, and merges. At least 256 and the special tokens.</summary>
    public int VocabularySize { get; init; } = 2000;

    /// <summary>A pair that occurs less often is not merged; the vocabulary may then be smaller than asked.</summary>
    public int MinimumCount { get; init; } = 2;

    /// <summary>Tokens that are never cut, with ids from 0 in this order.</summary>
    public IReadOnlyList<string> SpecialTokens { get; init; } = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];

    /// <summary>The special token that begins a sequence, or null.</summary>
    public string? BeginToken { get; init; } = "<|im_start|>";

    /// <summary>The special token that ends a reply; padding uses it too.</summary>
    public string EndToken { get; init; } = "<|im_end|>";

    /// <summary>A Jinja chat template, or null.</summary>
    public string? ChatTemplate { get; init; } =
        "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    /// <summary>The most tokens that the model reads, or null.</summary>
    public int? MaximumLength { get; init; }
}
