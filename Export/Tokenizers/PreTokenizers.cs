using System.Text.Json.Nodes;
using Steering.Tokenizers;

namespace Steering.Export.Tokenizers;

/// <summary>
/// How a text is cut before byte-pair encoding, by the name that GGUF stores in <c>tokenizer.ggml.pre</c>; written as
/// the <c>pre_tokenizer</c> of a <c>tokenizer.json</c>.
/// </summary>
internal static class PreTokenizers
{
    private const string Llama3Pattern = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Qwen2Pattern = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private static readonly Dictionary<string, PreTokenizer> Known = new(StringComparer.Ordinal)
    {
        ["gpt-2"] = new(Gpt2),
        ["phi-2"] = new(Gpt2),
        ["olmo"] = new(Gpt2),
        // Decimal digits alone: the model's own tokenizer keeps the space before other numerals (" ²").
        ["smollm"] = new(() => Sequence(Split(WordCutters.DecimalDigit), ByteLevel(useRegex: true))),
        ["starcoder"] = new(SingleDigitsThenGpt2),
        ["refact"] = new(SingleDigitsThenGpt2),
        ["llama-bpe"] = new(() => Pattern(Llama3Pattern)) { WholeWordsFirst = true, AddsBos = true },
        ["llama3"] = new(() => Pattern(Llama3Pattern)) { WholeWordsFirst = true, AddsBos = true },
        ["llama-v3"] = new(() => Pattern(Llama3Pattern)) { WholeWordsFirst = true, AddsBos = true },
        ["qwen2"] = new(() => Pattern(Qwen2Pattern)) { ComposeCharacters = true },
        ["deepseek-r1-qwen"] = new(() => Pattern(Qwen2Pattern)) { ComposeCharacters = true },
    };

    /// <summary>Finds a pre-tokenizer.</summary>
    /// <exception cref="SteeringException">The name is unknown; the message lists the known ones.</exception>
    public static PreTokenizer Find(string name, string source) => Known.TryGetValue(name, out var found)
        ? found
        : throw new SteeringException($"{source} names the pre-tokenizer '{name}', which is not supported: tokens would silently differ. Supported: {string.Join(", ", Known.Keys.Order(StringComparer.Ordinal))}. Import from the Hugging Face folder instead; it carries a tokenizer.json.");

    /// <summary>Digits one by one, the rest as GPT-2 does (StarCoder, SmolLM).</summary>
    public static JsonObject SingleDigitsThenGpt2() => Sequence(
        new JsonObject { ["type"] = "Digits", ["individual_digits"] = true },
        ByteLevel(useRegex: true));

    private static JsonObject Gpt2() => ByteLevel(useRegex: true);

    private static JsonObject Pattern(string regex) => Sequence(Split(regex), ByteLevel(useRegex: false));

    private static JsonObject Split(string regex) => new()
    {
        ["type"] = "Split",
        ["pattern"] = new JsonObject { ["Regex"] = regex },
        ["behavior"] = "Isolated",
        ["invert"] = false,
    };

    private static JsonObject Sequence(params JsonNode[] steps) => new() { ["type"] = "Sequence", ["pretokenizers"] = new JsonArray(steps) };

    private static JsonObject ByteLevel(bool useRegex) => new()
    {
        ["type"] = "ByteLevel",
        ["add_prefix_space"] = false,
        ["trim_offsets"] = true,
        ["use_regex"] = useRegex,
    };

    /// <summary>A way to cut text.</summary>
    /// <param name="ToJson">The <c>pre_tokenizer</c> object.</param>
    internal sealed record PreTokenizer(Func<JsonObject> ToJson)
    {
        /// <summary>A piece that is a token as a whole is not built from merges (<c>ignore_merges</c>).</summary>
        public bool WholeWordsFirst { get; init; }

        /// <summary>Prompts start with BOS where the file does not say.</summary>
        public bool AddsBos { get; init; }

        /// <summary>Text is brought to Unicode form NFC first.</summary>
        public bool ComposeCharacters { get; init; }
    }
}
