using Steering.Models;
using Steering.Tokenizers;

namespace Steering.Tests.Sdk.Tokenizers;

[TestClass]
public sealed class StepBoundariesTests
{
    [TestMethod]
    [DataRow("one. |\n|\n|two", "2", DisplayName = "two line breaks")]
    [DataRow("one|.\n\n|two|\n\n|three", "1,3", DisplayName = "merges")]
    [DataRow("one|.\n|\nTwo|\n|three", "2", DisplayName = "a token that goes on")]
    [DataRow("one|\n\n|\n|\n\n\n|two", "1", DisplayName = "a gap of several lines ends one step")]
    [DataRow("\n\n|\n|one|\n\n", "3", DisplayName = "nothing before the first text")]
    [DataRow("one|\n|  \t|\r\n|two", "3", DisplayName = "a line of spaces is blank")]
    [DataRow("one|\n|x|\n|two\n", "", DisplayName = "single line breaks")]
    [DataRow("one|\n|<|im_end|>|\n|two", "", DisplayName = "a special token parts line breaks")]
    public void Tokens_ThatCompleteABlankLine_EndAStep(string tokens, string ends)
    {
        // Tokens are written between bars; the special token's own bars are not separators.
        var pieces = tokens.Replace("<|im_end|>", "<im_end>", StringComparison.Ordinal).Split('|');
        var boundaries = new StepBoundaries(new TableTokenizer(pieces));
        Assert.AreEqual(ends, string.Join(',', boundaries.AppendAll(Enumerable.Range(0, pieces.Length))));
    }

    [TestMethod]
    public void Tokens_TakenBack_AreForgotten()
    {
        var boundaries = new StepBoundaries(new TableTokenizer(["one", "\n", "two", "\n\n"]));
        Assert.AreSequenceEqual([2], boundaries.AppendAll([0, 1, 1]));
        boundaries.Truncate(2);
        Assert.IsFalse(boundaries.Append(2), "The line holds text now.");
        Assert.IsTrue(boundaries.Append(3));
        Assert.AreEqual(4, boundaries.Count);
        boundaries.Truncate(0);
        Assert.IsFalse(boundaries.Append(3), "Nothing was written before.");
    }

    /// <summary>A tokenizer whose tokens are given.</summary>
    private sealed class TableTokenizer(string[] tokens) : ITextTokenizer
    {
        public int Count => tokens.Length;

        public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = false) => string.Concat(ids.ToArray().Select(id => tokens[id]));

        public string? Token(int id) => tokens[id];

        public bool IsSpecial(int id) => false;

        public int? Find(string token) => null;

        public int[] Encode(string text, bool addSpecialTokens = false) => throw new NotSupportedException();

        public IncrementalDetokenizer CreateDetokenizer(bool skipSpecialTokens = false) => throw new NotSupportedException();
    }
}
