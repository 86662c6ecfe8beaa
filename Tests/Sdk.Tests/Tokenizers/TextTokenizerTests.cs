using System.Text.Json.Nodes;
using Steering.Tokenizers;

namespace Steering.Tests.Sdk.Tokenizers;

[TestClass]
public sealed class TextTokenizerTests
{
    [TestMethod]
    public void Encode_MergesTheLowestRankFirst_TheLeftmostAmongEquals()
    {
        using var folder = Folder(Model(["a", "b", "c", "ab", "bc", "aa", "abc"], ["b c", "a b", "a a"]));
        var tokenizer = TextTokenizer.Load(folder.Path);

        CollectionAssert.AreEqual(Ids(tokenizer, "a", "bc"), tokenizer.Encode("abc"));
        CollectionAssert.AreEqual(Ids(tokenizer, "aa", "a"), tokenizer.Encode("aaa"));
        CollectionAssert.AreEqual(Ids(tokenizer, "ab", "ab"), tokenizer.Encode("abab"));
    }

    [TestMethod]
    public void Encode_WithIgnoreMerges_TakesAPieceThatIsAToken()
    {
        var model = Model(["a", "b", "c", "bc", "abc"], ["b c"]);
        model["model"]!["ignore_merges"] = true;
        using var folder = Folder(model);
        var tokenizer = TextTokenizer.Load(folder.Path);

        CollectionAssert.AreEqual(Ids(tokenizer, "abc"), tokenizer.Encode("abc"));
    }

    [TestMethod]
    public void Encode_FindsAddedTokensFirst_TheLongestAmongThoseThatStartThere()
    {
        var model = Model(["a", "b"], []);
        model["added_tokens"] = new JsonArray(Added(2, "<x>"), Added(3, "<x><y>"));
        using var folder = Folder(model);
        var tokenizer = TextTokenizer.Load(folder.Path);

        CollectionAssert.AreEqual(new[] { 0, 3, 1, 2 }, tokenizer.Encode("a<x><y>b<x>"));
        Assert.IsTrue(tokenizer.IsSpecial(3));
        Assert.AreEqual("ab", tokenizer.Decode([0, 3, 1, 2], skipSpecialTokens: true));
        Assert.AreEqual("a<x><y>b<x>", tokenizer.Decode([0, 3, 1, 2]));
    }

    /// <summary>As in the reference: the token's own text is normalised like the text in which it is looked for.</summary>
    [TestMethod]
    public void Encode_FindsANormalisedAddedToken_HoweverItIsWritten()
    {
        var model = Model(["a", "[", "p", "]"], []);
        model["normalizer"] = JsonNode.Parse("""{ "type": "Lowercase" }""");
        var token = Added(4, "[P]");
        token["normalized"] = true;
        model["added_tokens"] = new JsonArray(token);
        using var folder = Folder(model);
        var tokenizer = TextTokenizer.Load(folder.Path);

        CollectionAssert.AreEqual(new[] { 0, 4, 0, 4 }, tokenizer.Encode("a[P]A[p]"));
    }

    /// <summary>A model's vocabulary is often padded beyond its tokenizer's.</summary>
    [TestMethod]
    public void Decode_OfAnIdWithoutToken_GivesNoText()
    {
        using var folder = Folder(Model(["a", "b"], []));
        var tokenizer = TextTokenizer.Load(folder.Path);

        Assert.AreEqual("ab", tokenizer.Decode([0, 7, 1]));
        var incremental = tokenizer.CreateDetokenizer();
        Assert.AreEqual("ab", incremental.Append(0) + incremental.Append(7) + incremental.Append(1) + incremental.Finish());
        Assert.ThrowsExactly<SteeringException>(() => tokenizer.Decode([-1]));
    }

    /// <summary>The class LlamaTokenizer outweighs tokenizer.json for llama and mistral alone, and never where the vocabulary is one of bytes.</summary>
    [TestMethod]
    [DataRow("llama", false, false)]
    [DataRow(null, false, false)]
    [DataRow("phi3", false, true)]
    [DataRow("llama", true, true)]
    [DataRow("qwen2", true, true)]
    public void Encode_OfTheLlamaClass_KeepsWhatTokenizerJsonSays(string? modelType, bool bytes, bool keeps)
    {
        var model = Model(["a", "b", "X", "\u2581"], []);
        model["normalizer"] = JsonNode.Parse("""{ "type": "Prepend", "prepend": "X" }""");
        model["decoder"] = JsonNode.Parse(bytes ? """{ "type": "ByteLevel" }""" : """{ "type": "Fuse" }""");
        using var folder = Folder(model);
        File.WriteAllText(Path.Combine(folder.Path, "tokenizer_config.json"), """{ "tokenizer_class": "LlamaTokenizerFast" }""");
        if (modelType is not null)
        {
            File.WriteAllText(Path.Combine(folder.Path, "config.json"), $$"""{ "model_type": "{{modelType}}" }""");
        }

        Assert.AreEqual(keeps, TextTokenizer.Load(folder.Path).Encode("ab")[0] == 2);
    }

    [TestMethod]
    public void Encode_WithTemplate_AddsTheTokensAroundAPromptWhenAsked()
    {
        var model = Model(["a"], []);
        model["added_tokens"] = new JsonArray(Added(1, "<s>"));
        model["post_processor"] = JsonNode.Parse("""{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}]}""");
        using var folder = Folder(model);
        var tokenizer = TextTokenizer.Load(folder.Path);

        CollectionAssert.AreEqual(new[] { 0 }, tokenizer.Encode("a"));
        CollectionAssert.AreEqual(new[] { 1, 0 }, tokenizer.Encode("a", addSpecialTokens: true));
    }

    [TestMethod]
    public void Encode_CutsLettersBeyondTheBasicPlaneAsLetters()
    {
        // U+1D49C is a letter of two UTF-16 units: a cut at every letter must give it as one piece.
        var model = Model(["a", "\U0001D49C", "!"], []);
        model["pre_tokenizer"] = JsonNode.Parse("""{"type":"Split","pattern":{"Regex":"\\p{L}+"},"behavior":"Removed","invert":true}""");
        using var folder = Folder(model);

        CollectionAssert.AreEqual(new[] { 0, 1 }, TextTokenizer.Load(folder.Path).Encode("!a\U0001D49C!"));
    }

    [TestMethod]
    public void Stream_KeepsIncompleteCharactersBack()
    {
        var model = Model(["<0xC3>", "<0xA9>", "x"], []);
        model["decoder"] = JsonNode.Parse("""{"type":"ByteFallback"}""");
        using var folder = Folder(model);
        var tokenizer = TextTokenizer.Load(folder.Path);
        var detokenizer = tokenizer.CreateDetokenizer();

        Assert.AreEqual(string.Empty, detokenizer.Append(0));
        Assert.AreEqual("é", detokenizer.Append(1));
        Assert.AreEqual("x", detokenizer.Append(2));
        Assert.AreEqual(string.Empty, detokenizer.Append(0));
        Assert.AreEqual("\uFFFD", detokenizer.Finish());
        Assert.AreEqual("\uFFFD\uFFFD", tokenizer.Decode([0, 0]));
    }

    [TestMethod]
    [DataRow("model", """{"type":"WordPiece","vocab":{}}""", "type 'WordPiece'")]
    [DataRow("model", """{"type":"BPE","vocab":{"a":0},"merges":["a b"]}""", "not in the vocabulary")]
    [DataRow("model", """{"type":"BPE","vocab":{"a":-1},"merges":[]}""", "impossible id")]
    [DataRow("model", """{"type":"BPE","vocab":{"a":0},"merges":[],"unk_token":"<unk>"}""", "unknown token '<unk>'")]
    [DataRow("model", """{"type":"BPE","vocab":{"a":0},"merges":[],"end_of_word_suffix":"</w>"}""", "end_of_word_suffix")]
    [DataRow("pre_tokenizer", """{"type":"UnicodeScripts"}""", "'UnicodeScripts'")]
    [DataRow("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"("},"behavior":"Isolated"}""", "regular expression '('")]
    [DataRow("normalizer", """{"type":"Precompiled"}""", "'Precompiled'")]
    [DataRow("decoder", """{"type":"WordPiece"}""", "WordPiece")]
    [DataRow("post_processor", """{"type":"RobertaProcessing"}""", "'RobertaProcessing'")]
    public void Load_RefusesAPartItDoesNotKnow_ByName(string part, string json, string message)
    {
        var model = Model(["a"], []);
        model[part] = JsonNode.Parse(json);
        using var folder = Folder(model);
        Refusal.Of(() => TextTokenizer.Load(folder.Path), message);
    }

    [TestMethod]
    public void Load_WhenThereIsNone_SaysSo()
    {
        using var folder = new TemporaryFolder();
        Refusal.Of(() => TextTokenizer.Load(folder.Path), "holds no tokenizer.json");
    }

    private static int[] Ids(TextTokenizer tokenizer, params string[] tokens) => [.. tokens.Select(token => tokenizer.Find(token)!.Value)];

    private static JsonObject Model(string[] tokens, string[] merges)
    {
        var vocabulary = new JsonObject();
        for (var id = 0; id < tokens.Length; id++)
        {
            vocabulary[tokens[id]] = id;
        }

        return new JsonObject
        {
            ["model"] = new JsonObject { ["type"] = "BPE", ["vocab"] = vocabulary, ["merges"] = new JsonArray([.. merges.Select(merge => (JsonNode)merge)]) },
        };
    }

    private static JsonObject Added(int id, string content) => new() { ["id"] = id, ["content"] = content, ["special"] = true, ["normalized"] = false };

    private static TemporaryFolder Folder(JsonObject tokenizer)
    {
        var folder = new TemporaryFolder();
        File.WriteAllText(folder["tokenizer.json"], tokenizer.ToJsonString());
        return folder;
    }
}
