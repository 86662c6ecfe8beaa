using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Steering.Export.Checkpoints.Gguf;
using Steering.IO;
using Steering.Templates;
using Steering.Tensors;

namespace Steering.Export.Tokenizers;

/// <summary>Rebuilds the tokenizer files of a Hugging Face folder from the metadata of a GGUF file.</summary>
internal static class GgufTokenizer
{
    private const int ControlToken = 3;
    private const int UserDefinedToken = 4;

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes <c>tokenizer.json</c>, <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c>.</summary>
    /// <exception cref="SteeringException">The tokenizer is of a kind, or names a pre-tokenizer, that is not supported, or the chat template is none.</exception>
    public static void Write(GgufFile file, string folder)
    {
        var model = Text(file, "tokenizer.ggml.model") ?? throw new SteeringException($"{file.Path} holds no tokenizer (no metadata tokenizer.ggml.model).");
        if (!string.Equals(model, "gpt2", StringComparison.Ordinal))
        {
            throw new SteeringException($"{file.Path} holds a tokenizer of the kind '{model}'; only 'gpt2' (byte-level BPE) can be rebuilt from GGUF. Import from the Hugging Face folder instead; it carries a tokenizer.json.");
        }

        var preTokenizer = PreTokenizers.Find(Text(file, "tokenizer.ggml.pre") ?? "(none)", file.Path);
        var tokens = Required(file, "tokenizer.ggml.tokens").AsStrings();
        var merges = Required(file, "tokenizer.ggml.merges").AsStrings();
        var types = file.Metadata.TryGetValue("tokenizer.ggml.token_type", out var typeValue) ? typeValue.AsInt64s() : [];
        if (types.Count != 0 && types.Count != tokens.Count)
        {
            throw new SteeringException($"{file.Path} has {types.Count} token types for {tokens.Count} tokens.");
        }

        AtomicFile.WriteAllText(Path.Combine(folder, "tokenizer.json"), TokenizerJson(file, preTokenizer, tokens, types, merges).ToJsonString(Json));
        var special = SpecialTokens(file, tokens);
        AtomicFile.WriteAllText(Path.Combine(folder, "special_tokens_map.json"), special.ToJsonString(Json));

        var config = (JsonObject)special.DeepClone();
        config["tokenizer_class"] = "PreTrainedTokenizerFast";
        config["add_prefix_space"] = false;
        config["add_bos_token"] = AddsBos(file, preTokenizer);
        config["clean_up_tokenization_spaces"] = false;
        if (Text(file, "tokenizer.chat_template") is { } template)
        {
            _ = ChatTemplate.Parse(template, $"{file.Path}, tokenizer.chat_template");
            config["chat_template"] = template;
        }

        var decoder = new JsonObject();
        for (var id = 0; id < tokens.Count; id++)
        {
            if (Kind(types, tokens, id) is ControlToken or UserDefinedToken)
            {
                decoder[id.ToString(System.Globalization.CultureInfo.InvariantCulture)] = BytePairDocument.AddedToken(tokens[id], Kind(types, tokens, id) == ControlToken);
            }
        }

        config["added_tokens_decoder"] = decoder;
        AtomicFile.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), config.ToJsonString(Json));
    }

    private static JsonObject TokenizerJson(GgufFile file, PreTokenizers.PreTokenizer preTokenizer, IReadOnlyList<string> tokens, IReadOnlyList<long> types, IReadOnlyList<string> merges)
    {
        var added = new JsonArray();
        var vocabulary = new JsonObject();
        for (var id = 0; id < tokens.Count; id++)
        {
            if (!vocabulary.TryAdd(tokens[id], id))
            {
                throw new SteeringException($"{file.Path} lists the token '{tokens[id]}' twice (the second time as {id}).");
            }

            if (Kind(types, tokens, id) is ControlToken or UserDefinedToken)
            {
                added.Add((JsonNode)BytePairDocument.AddedToken(id, tokens[id], Kind(types, tokens, id) == ControlToken));
            }
        }

        return BytePairDocument.Create(
            added,
            preTokenizer.ToJson(),
            vocabulary,
            merges,
            preTokenizer.ComposeCharacters ? new JsonObject { ["type"] = "NFC" } : null,
            AddsBos(file, preTokenizer) ? BosTemplate(file, tokens) : null,
            preTokenizer.WholeWordsFirst);
    }

    private static JsonObject BosTemplate(GgufFile file, IReadOnlyList<string> tokens)
    {
        var id = TokenId(file, "bos", tokens) ?? throw new SteeringException($"{file.Path} says that prompts start with a BOS token but names none.");
        return new JsonObject
        {
            ["type"] = "TemplateProcessing",
            ["single"] = new JsonArray(Special(0), Sequence("A", 0)),
            ["pair"] = new JsonArray(Special(0), Sequence("A", 0), Special(1), Sequence("B", 1)),
            ["special_tokens"] = new JsonObject
            {
                [tokens[id]] = new JsonObject { ["id"] = tokens[id], ["ids"] = new JsonArray(id), ["tokens"] = new JsonArray(tokens[id]) },
            },
        };

        JsonNode Special(int type) => new JsonObject { ["SpecialToken"] = new JsonObject { ["id"] = tokens[id], ["type_id"] = type } };

        static JsonNode Sequence(string name, int type) => new JsonObject { ["Sequence"] = new JsonObject { ["id"] = name, ["type_id"] = type } };
    }

    private static JsonObject SpecialTokens(GgufFile file, IReadOnlyList<string> tokens)
    {
        var map = new JsonObject();
        foreach (var (role, key) in new[] { ("bos", "bos_token"), ("eos", "eos_token"), ("unknown", "unk_token"), ("padding", "pad_token") })
        {
            if (TokenId(file, role, tokens) is { } id)
            {
                map[key] = tokens[id];
            }
        }

        return map;
    }

    private static int? TokenId(GgufFile file, string role, IReadOnlyList<string> tokens)
    {
        if (!file.Metadata.TryGetValue($"tokenizer.ggml.{role}_token_id", out var value))
        {
            return null;
        }

        // −1, written unsigned; and a padding token that is not there pads nothing.
        var id = value.AsInt64();
        return id is -1 or uint.MaxValue || (role == "padding" && id >= tokens.Count) ? null
            : id >= 0 && id < tokens.Count ? (int)id
            : throw new SteeringException($"{file.Path} names token {id} as its {role} token, but has only {tokens.Count} tokens.");
    }

    private static bool AddsBos(GgufFile file, PreTokenizers.PreTokenizer preTokenizer) =>
        file.Metadata.TryGetValue("tokenizer.ggml.add_bos_token", out var value) ? value.AsBoolean()
        : preTokenizer.AddsBos && file.Metadata.ContainsKey("tokenizer.ggml.bos_token_id");

    /// <summary>A token's type: converters that lost the flags wrote end-of-turn tokens as ordinary ones, which their texts tell, as in llama.cpp.</summary>
    private static long Kind(IReadOnlyList<long> types, IReadOnlyList<string> tokens, int id) =>
        GgufEndTokens.IsControl(tokens[id]) ? ControlToken : types.Count == 0 ? 0 : types[id];

    private static string? Text(GgufFile file, string key) => file.Metadata.TryGetValue(key, out var value) ? value.AsString() : null;

    private static GgufValue Required(GgufFile file, string key) => file.Metadata.TryGetValue(key, out var value)
        ? value
        : throw new SteeringException($"{file.Path} holds no '{key}'; a byte-level BPE tokenizer cannot be rebuilt without it.");
}
