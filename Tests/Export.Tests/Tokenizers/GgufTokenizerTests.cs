using Steering.Export.Tokenizers;
using Steering.Tensors;
using Steering.Tokenizers;

namespace Steering.Tests.Export.Tokenizers;

[TestClass]
public sealed class GgufTokenizerTests
{
    [TestMethod]
    [DataRow("gpt-2", "a1234", new[] { "a", "1", "2", "3", "4" })]
    [DataRow("llama-bpe", "a1234", new[] { "a", "123", "4" })]
    [DataRow("qwen2", "a1234", new[] { "a", "1", "2", "3", "4" })]
    [DataRow("starcoder", "a1234", new[] { "a", "1", "2", "3", "4" })]
    public void Write_MakesATokenizerThatCutsAsNamed(string preTokenizer, string text, string[] expected)
    {
        using var folder = new TemporaryFolder();
        Write(folder, Metadata(preTokenizer));

        var tokenizer = TextTokenizer.Load(folder.Path);
        CollectionAssert.AreEqual(expected, tokenizer.Encode(text).Select(tokenizer.Token).ToArray());
        Assert.AreEqual(text, tokenizer.Decode(tokenizer.Encode(text)));
    }

    [TestMethod]
    public void Write_WithBos_AddsItAroundPrompts_AndNamesSpecialTokens()
    {
        using var folder = new TemporaryFolder();
        Write(folder, Metadata("gpt-2").Pair("tokenizer.ggml.add_bos_token", 7, [1]).Pair("tokenizer.ggml.bos_token_id", 0u).Pair("tokenizer.chat_template", "{{ messages }}"));

        var tokenizer = TextTokenizer.Load(folder.Path);
        Assert.AreEqual(0, tokenizer.Encode("a", addSpecialTokens: true)[0]);
        Assert.IsTrue(tokenizer.IsSpecial(0));
        CollectionAssert.AreEqual(new[] { 0 }, tokenizer.Encode("<s>"));
        var config = File.ReadAllText(folder["tokenizer_config.json"]);
        Assert.Contains("\"bos_token\":\"<s>\"", config, StringComparison.Ordinal);
        Assert.Contains("\"chat_template\":\"{{ messages }}\"", config, StringComparison.Ordinal);
    }

    [TestMethod]
    public void Write_WhenThePreTokenizerIsUnknown_NamesItAndTheKnownOnes()
    {
        using var folder = new TemporaryFolder();
        Refusal.Of(() => Write(folder, Metadata("tekken")), "'tekken'", "llama-bpe", "smollm");
    }

    [TestMethod]
    public void Write_WhenTheKindIsUnknown_NamesIt()
    {
        using var folder = new TemporaryFolder();
        Refusal.Of(() => Write(folder, new GgufBytes().Pair("tokenizer.ggml.model", "bert")), "'bert'");
    }

    [TestMethod]
    public void Write_WhenASpecialTokenIsOutsideTheVocabulary_NamesIt()
    {
        using var folder = new TemporaryFolder();
        Refusal.Of(() => Write(folder, Metadata("gpt-2").Pair("tokenizer.ggml.eos_token_id", 99u)), "token 99", "eos");
    }

    private static GgufBytes Metadata(string preTokenizer)
    {
        string[] tokens = ["<s>", "a", "1", "2", "3", "4", "12", "123"];
        return new GgufBytes()
            .Pair("tokenizer.ggml.model", "gpt2")
            .Pair("tokenizer.ggml.pre", preTokenizer)
            .Pair("tokenizer.ggml.tokens", tokens)
            .Pair("tokenizer.ggml.merges", string.Equals(preTokenizer, "llama-bpe", StringComparison.Ordinal) ? ["1 2", "12 3"] : [])
            .Pair("tokenizer.ggml.token_type", 9, [.. GgufBytes.Of(5u), .. GgufBytes.Of((ulong)tokens.Length), .. GgufBytes.Of(3, 1, 1, 1, 1, 1, 1, 1)]);
    }

    private static void Write(TemporaryFolder folder, GgufBytes bytes)
    {
        using var file = GgufFile.Open(folder.Write("model.gguf", bytes.Build()));
        GgufTokenizer.Write(file, folder.Path);
    }
}
