using System.Text.Json;
using Steering.IO;

namespace Steering.Tokenizers;

/// <summary>Reads <c>tokenizer.json</c> and <c>tokenizer_config.json</c>; every part it does not know is refused by name.</summary>
internal static class TokenizerReader
{
    private const int LargestFile = 256 << 20;
    private const int MaximumDepth = 64;
    private const int LargestVocabulary = 4 << 20;
    private const string SentencePieceSpace = "\u2581";

    /// <summary>Reads a folder.</summary>
    public static TokenizerParts Read(string folder)
    {
        var path = Path.Combine(folder, "tokenizer.json");
        try
        {
            using var document = Parse(path) ?? throw new SteeringException($"{folder} holds no tokenizer.json. Prompts can only be given as token ids, or copy the tokenizer of the original model into the folder.");
            using var config = Parse(Path.Combine(folder, "tokenizer_config.json"));
            using var model = Parse(Path.Combine(folder, "config.json"));
            var modelType = model is { RootElement: { ValueKind: JsonValueKind.Object } keys } && keys.TryGetProperty("model_type", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null;
            return Read(document.RootElement, config?.RootElement, modelType, path);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new SteeringException($"{path} is not a tokenizer that can be read: {exception.Message}", exception);
        }
    }

    /// <summary>A required text property.</summary>
    public static string Text(JsonElement element, string name, string source) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new SteeringException($"{source}: the text '{name}' is missing in {Shorten(element.GetRawText())}.");

    /// <summary>An optional flag.</summary>
    public static bool Flag(JsonElement element, string name, bool otherwise) => element.TryGetProperty(name, out var value)
        ? value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => otherwise,
        }
        : otherwise;

    private static TokenizerParts Read(JsonElement root, JsonElement? config, string? modelType, string source)
    {
        var model = root.GetProperty("model");
        var type = model.TryGetProperty("type", out var named) ? named.GetString() : "BPE";
        if (!string.Equals(type, "BPE", StringComparison.Ordinal))
        {
            throw new SteeringException($"{source} holds a tokenizer of the type '{type}', which is not supported. Supported: BPE.");
        }

        RefuseText(model, "continuing_subword_prefix", source);
        RefuseText(model, "end_of_word_suffix", source);
        var vocabulary = Vocabulary(model, source);
        var added = AddedTokens(root, source);
        var decoder = TokenDecoders.Read(Property(root, "decoder"), source) with { CleanUp = config is { } settings && Flag(settings, "clean_up_tokenization_spaces", false) };
        var rebuilt = !decoder.ByteLevel && IsRebuiltLlama(config, modelType);
        var normalize = rebuilt ? static text => text : Normalizers.Read(Property(root, "normalizer"), source);
        var (prefix, suffix) = Specials(root, vocabulary, added, source);
        return new TokenizerParts
        {
            Vocabulary = vocabulary,
            Added = added,
            RawTokens = new(added.Where(token => !token.Normalized)),
            NormalizedTokens = new(added.Where(token => token.Normalized), normalize),
            Normalize = normalize,
            Cut = rebuilt ? LlamaCutter(config!.Value, source) : WordCutters.Read(Property(root, "pre_tokenizer"), source),
            Model = new BytePairModel(
                vocabulary,
                Merges(model, vocabulary, source),
                rebuilt ? null : Unknown(model, vocabulary, source),
                Flag(model, "fuse_unk", false),
                rebuilt || Flag(model, "byte_fallback", false),
                Flag(model, "ignore_merges", false)),
            Decoder = decoder,
            Prefix = prefix,
            Suffix = suffix,
            BreaksBetweenWords = !rebuilt && decoder is { ByteLevel: true, StripStart: 0 }
                && Normalizers.KeepSpaces(Property(root, "normalizer"))
                && WordCutters.BreakBetweenWords(Property(root, "pre_tokenizer"))
                && added.TrueForAll(token => !token.Content.Contains(' ', StringComparison.Ordinal) && !token.StripsLeft && !token.StripsRight),
        };
    }

    // transformers builds the class LlamaTokenizer of a llama or mistral from the vocabulary and merges alone: spaces as "▁" with
    // one put in front of the text unless there is one, bytes for unknown characters, and no unknown token. Of other models (phi3),
    // and where the vocabulary is one of bytes (DeepSeek's distillations), tokenizer.json stands whatever the class is called.
    private static bool IsRebuiltLlama(JsonElement? config, string? modelType) =>
        modelType is null or "llama" or "mistral" && config is { } settings && settings.TryGetProperty("tokenizer_class", out var name) && name.GetString() is "LlamaTokenizer" or "LlamaTokenizerFast";

    private static WordCutter LlamaCutter(JsonElement config, string source)
    {
        var scheme = !Flag(config, "add_prefix_space", true) ? "never" : Flag(config, "legacy", false) ? "always" : "first";
        return WordCutters.Metaspace(SentencePieceSpace, scheme, split: false, source);
    }

    private static Dictionary<string, int> Vocabulary(JsonElement model, string source)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in model.GetProperty("vocab").EnumerateObject())
        {
            var id = entry.Value.GetInt32();
            if (id is < 0 or >= LargestVocabulary || !vocabulary.TryAdd(entry.Name, id))
            {
                throw new SteeringException($"{source}: the token '{entry.Name}' is listed twice or has the impossible id {id}.");
            }
        }

        return vocabulary;
    }

    private static List<(int Left, int Right, int Merged)> Merges(JsonElement model, Dictionary<string, int> vocabulary, string source)
    {
        var merges = new List<(int, int, int)>();
        foreach (var entry in model.GetProperty("merges").EnumerateArray())
        {
            string left, right;
            if (entry.ValueKind == JsonValueKind.Array && entry.GetArrayLength() == 2)
            {
                (left, right) = (entry[0].GetString() ?? string.Empty, entry[1].GetString() ?? string.Empty);
            }
            else
            {
                var text = entry.GetString() ?? string.Empty;
                var space = text.IndexOf(' ', StringComparison.Ordinal);
                (left, right) = space > 0 ? (text[..space], text[(space + 1)..]) : (string.Empty, string.Empty);
            }

            if (!vocabulary.TryGetValue(left, out var leftId) || !vocabulary.TryGetValue(right, out var rightId) || !vocabulary.TryGetValue(left + right, out var merged))
            {
                throw new SteeringException($"{source}: the merge {Shorten(entry.GetRawText())} joins or makes something that is not in the vocabulary.");
            }

            merges.Add((leftId, rightId, merged));
        }

        return merges;
    }

    private static List<AddedToken> AddedTokens(JsonElement root, string source)
    {
        var tokens = new List<AddedToken>();
        if (Property(root, "added_tokens") is not { ValueKind: JsonValueKind.Array } list)
        {
            return tokens;
        }

        foreach (var entry in list.EnumerateArray())
        {
            var id = entry.GetProperty("id").GetInt32();
            if (id is < 0 or >= LargestVocabulary)
            {
                throw new SteeringException($"{source}: the added token {Shorten(entry.GetRawText())} has an impossible id.");
            }

            tokens.Add(new(id, Text(entry, "content", source))
            {
                Special = Flag(entry, "special", false),
                Normalized = Flag(entry, "normalized", true),
                StripsLeft = Flag(entry, "lstrip", false),
                StripsRight = Flag(entry, "rstrip", false),
                SingleWord = Flag(entry, "single_word", false),
            });
        }

        return tokens;
    }

    private static int? Unknown(JsonElement model, Dictionary<string, int> vocabulary, string source)
    {
        if (!model.TryGetProperty("unk_token", out var unknown) || unknown.GetString() is not { } token)
        {
            return null;
        }

        return vocabulary.TryGetValue(token, out var id) ? id : throw new SteeringException($"{source}: the unknown token '{token}' is not in the vocabulary.");
    }

    private static (List<int> Prefix, List<int> Suffix) Specials(JsonElement root, Dictionary<string, int> vocabulary, List<AddedToken> added, string source)
    {
        var (prefix, suffix) = (new List<int>(), new List<int>());
        var processor = Property(root, "post_processor");
        IEnumerable<JsonElement> steps = processor.ValueKind switch
        {
            JsonValueKind.Null or JsonValueKind.Undefined => [],
            _ when string.Equals(Text(processor, "type", source), "Sequence", StringComparison.Ordinal) => processor.GetProperty("processors").EnumerateArray(),
            _ => [processor],
        };
        foreach (var step in steps)
        {
            var type = Text(step, "type", source);
            if (string.Equals(type, "ByteLevel", StringComparison.Ordinal))
            {
                // Adjusts offsets only.
                continue;
            }

            if (!string.Equals(type, "TemplateProcessing", StringComparison.Ordinal))
            {
                throw new SteeringException($"{source} uses the post-processor '{type}', which is not supported. Supported: ByteLevel, Sequence, TemplateProcessing.");
            }

            var target = prefix;
            foreach (var piece in step.GetProperty("single").EnumerateArray())
            {
                if (piece.TryGetProperty("Sequence", out _))
                {
                    target = suffix;
                    continue;
                }

                var token = Text(piece.GetProperty("SpecialToken"), "id", source);
                target.Add(added.Find(candidate => string.Equals(candidate.Content, token, StringComparison.Ordinal))?.Id
                    ?? (vocabulary.TryGetValue(token, out var id) ? id : throw new SteeringException($"{source}: the template names the token '{token}', which is not in the vocabulary.")));
            }
        }

        return (prefix, suffix);
    }

    private static void RefuseText(JsonElement model, string name, string source)
    {
        if (model.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString()!.Length > 0)
        {
            throw new SteeringException($"{source} uses {name} '{value.GetString()}', which is not supported.");
        }
    }

    private static JsonElement Property(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value : default;

    private static JsonDocument? Parse(string path) =>
        File.Exists(path) ? StrictJson.Parse(path, ReadableFile.ReadAllBytes(path, LargestFile), MaximumDepth) : null;

    private static string Shorten(string text) => text.Length <= 120 ? text : text[..120] + "…";
}
