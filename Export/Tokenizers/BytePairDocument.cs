using System.Text.Json.Nodes;

namespace Steering.Export.Tokenizers;

/// <summary>The <c>tokenizer.json</c> of a byte-level BPE, in Hugging Face's form.</summary>
internal static class BytePairDocument
{
    /// <summary>Puts the document together.</summary>
    /// <param name="added">The <c>added_tokens</c>; see <see cref="AddedToken(int, string, bool)"/>.</param>
    /// <param name="preTokenizer">How text is cut before it is encoded; see <see cref="PreTokenizers"/>.</param>
    /// <param name="vocabulary">Token to id.</param>
    /// <param name="merges">Merges in the order in which they are applied, left and right with a blank between.</param>
    /// <param name="normalizer">What is done to the text first, or null.</param>
    /// <param name="postProcessor">What is put around a text, or null.</param>
    /// <param name="ignoreMerges">Whether a piece that is a token as a whole is not built from merges.</param>
    public static JsonObject Create(JsonArray added, JsonObject preTokenizer, JsonObject vocabulary, IEnumerable<string> merges, JsonObject? normalizer = null, JsonObject? postProcessor = null, bool ignoreMerges = false) => new()
    {
        ["version"] = "1.0",
        ["truncation"] = null,
        ["padding"] = null,
        ["added_tokens"] = added,
        ["normalizer"] = normalizer,
        ["pre_tokenizer"] = preTokenizer,
        ["post_processor"] = postProcessor,
        ["decoder"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = true, ["trim_offsets"] = true, ["use_regex"] = true },
        ["model"] = new JsonObject
        {
            ["type"] = "BPE",
            ["dropout"] = null,
            ["unk_token"] = null,
            ["continuing_subword_prefix"] = null,
            ["end_of_word_suffix"] = null,
            ["fuse_unk"] = false,
            ["byte_fallback"] = false,
            ["ignore_merges"] = ignoreMerges,
            ["vocab"] = vocabulary,
            ["merges"] = new JsonArray([.. merges.Select(merge => (JsonNode)merge)]),
        },
    };

    /// <summary>A token that text is searched for before it is cut.</summary>
    /// <param name="content">The token.</param>
    /// <param name="special">Whether it is left out of decoded text.</param>
    public static JsonObject AddedToken(string content, bool special) => new()
    {
        ["content"] = content,
        ["single_word"] = false,
        ["lstrip"] = false,
        ["rstrip"] = false,
        ["normalized"] = false,
        ["special"] = special,
    };

    /// <summary>As <see cref="AddedToken(string, bool)"/>, with its id, as <c>added_tokens</c> has it.</summary>
    /// <param name="id">The token's id.</param>
    /// <param name="content">The token.</param>
    /// <param name="special">Whether it is left out of decoded text.</param>
    public static JsonObject AddedToken(int id, string content, bool special)
    {
        var token = AddedToken(content, special);
        token.Insert(0, "id", id);
        return token;
    }
}
