using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Steering.Export.Tokenizers;
using Steering.IO;

namespace Steering.Training.Tokenizers;

/// <summary>Writes a tokenizer in Hugging Face's form.</summary>
internal static class TokenizerFiles
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = true };

    public static void Write(TrainedTokenizer tokenizer, BytePairOptions options, string folder)
    {
        AtomicFile.WriteAllText(Path.Combine(folder, "special_tokens_map.json"), Special(options).ToJsonString(Json));
        AtomicFile.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), Config(options).ToJsonString(Json));
        AtomicFile.WriteAllText(Path.Combine(folder, "tokenizer.json"), Tokenizer(tokenizer, options).ToJsonString(Json));
    }

    private static JsonObject Special(BytePairOptions options)
    {
        var special = new JsonObject { ["eos_token"] = options.EndToken, ["pad_token"] = options.EndToken };
        if (options.BeginToken is { } begin)
        {
            special["bos_token"] = begin;
        }

        return special;
    }

    private static JsonObject Config(BytePairOptions options)
    {
        var config = Special(options);
        config["tokenizer_class"] = "GPT2Tokenizer";
        config["add_prefix_space"] = false;
        config["clean_up_tokenization_spaces"] = false;
        if (options.ChatTemplate is { } template)
        {
            config["chat_template"] = template;
        }

        if (options.MaximumLength is { } length)
        {
            config["model_max_length"] = length;
        }

        return config;
    }

    private static JsonObject Tokenizer(TrainedTokenizer tokenizer, BytePairOptions options) => BytePairDocument.Create(
        new JsonArray([.. options.SpecialTokens.Select((token, id) => (JsonNode)BytePairDocument.AddedToken(id, token, special: true))]),
        PreTokenizers.SingleDigitsThenGpt2(),
        new JsonObject(tokenizer.Vocabulary.Select((token, id) => KeyValuePair.Create(token, (JsonNode?)JsonValue.Create(id)))),
        tokenizer.Merges.Select(merge => merge.Left + " " + merge.Right));
}
