using System.Text.Json;
using System.Text.RegularExpressions;
using Steering.Tokenizers;

namespace Steering.Tests.Sdk.Tokenizers;

/// <summary>Cuts and expressions as the reference library defines them.</summary>
[TestClass]
public sealed class WordCuttersTests
{
    /// <summary>The example by which the reference explains the behaviours.</summary>
    [TestMethod]
    [DataRow("Removed", false, "the|final|countdown")]
    [DataRow("Isolated", false, "the|-|final|-|-|countdown")]
    [DataRow("MergedWithPrevious", false, "the-|final-|-|countdown")]
    [DataRow("MergedWithNext", false, "the|-final|-|-countdown")]
    [DataRow("Contiguous", false, "the|-|final|--|countdown")]
    [DataRow("Removed", true, "-|-|-")]
    [DataRow("MergedWithPrevious", true, "the|-final|-|-countdown")]
    public void Split_HasEveryBehaviour(string behavior, bool invert, string pieces) =>
        Assert.AreEqual(pieces, Cut($$$"""{ "type": "Split", "pattern": { "String": "-" }, "behavior": "{{{behavior}}}", "invert": {{{(invert ? "true" : "false")}}} }""", "the-final--countdown"));

    [TestMethod]
    [DataRow("""{ "type": "Punctuation" }""", "Hi, «you»!", "Hi|,| |«|you|»|!")]
    [DataRow("""{ "type": "Punctuation", "behavior": "Contiguous" }""", "Hi?! $5", "Hi|?!| |$|5")]
    [DataRow("""{ "type": "Whitespace" }""", "Hi, you_2 ok?!", "Hi|,|you_2|ok|?!")]
    [DataRow("""{ "type": "WhitespaceSplit" }""", "Hi,  you", "Hi,|you")]
    [DataRow("""{ "type": "CharDelimiterSplit", "delimiter": "." }""", "a.b..c", "a|b|c")]
    [DataRow("""{ "type": "BertPreTokenizer" }""", "Hey friend!     How", "Hey|friend|!|How")]
    public void PreTokenizers_CutAsTheReferenceDoes(string json, string text, string pieces) => Assert.AreEqual(pieces, Cut(json, text));

    [TestMethod]
    [DataRow(@"a++b", @"(?>a+)b")]
    [DataRow(@"[^\r\n\]x]?+\p{L}++", @"(?>[^\r\n\]x]?)(?>\p{L}+)")]
    [DataRow(@"\p{N}{1,3}+", @"(?:\p{N}{1,3})+")]
    [DataRow(@"(?:ab)*+c", @"(?>(?:ab)*)c")]
    [DataRow(@"(a(b|c)++)?+", @"(?>(a(?>(b|c)+))?)")]
    [DataRow(@"a+?|\++|[+]+|x{2}", @"a+?|\++|[+]+|x{2}")]
    [DataRow(@" ?[^\s\p{L}]+[\r\n/]*+|\s+(?!\S)", @" ?[^\s\p{L}]+(?>[\r\n/]*)|\s+(?!\S)")]
    public void PossessiveQuantifiers_BecomeAtomicGroups(string pattern, string expected)
    {
        Assert.AreEqual(expected, PossessiveQuantifiers.Rewrite(pattern));
        _ = new Regex(expected, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
    }

    private static string Cut(string json, string text)
    {
        var pieces = new List<string>();
        using var document = JsonDocument.Parse(json);
        WordCutters.Read(document.RootElement, "test")(text, true, pieces.Add);
        return string.Join('|', pieces);
    }
}
