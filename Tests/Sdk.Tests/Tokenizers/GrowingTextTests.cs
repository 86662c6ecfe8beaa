using Steering.Tokenizers;

namespace Steering.Tests.Sdk.Tokenizers;

/// <summary>The tokens of a text that grows are those of the whole, at every length.</summary>
[TestClass]
public sealed class GrowingTextTests
{
    // What tokenizers cut by: words, runs of spaces, digits, marks that make words longer, added tokens, characters of several bytes and units.
    private static readonly string[] Parts =
    [
        "a", "the", "Word", "don't", "we'll", " a", " the", " Word", " '", " n't", " ", "  ", "   ", "\n", "\n\n", "\t", "1", "23", " 4567", ".", ",", " ,", "...", "-", "'", "'s",
        "é", "e\u0301", " ünd", "ñ", "日本", "語", " 😀", "😀", "\uD83D", "\uDE00", "<|im_end|>", "<|im_", "start|>", "<|endoftext|>", "\0", "\u00A0", "ﬁ", " Ω", "\u2581", "\r", "ß", "\uFDFA",
    ];

    public static IEnumerable<object[]> Folders =>
    [
        ["tiny", true], ["sandbox", true],
        .. Directory.Exists(OracleFolder.Models) ? new object[][] { ["tinystories-656k", false] } : [],
        .. Directory.Exists(OracleFolder.Oracles) ? Directory.EnumerateFiles(OracleFolder.Oracles, "tokenizer.json", SearchOption.AllDirectories).Select(path => new object[] { Path.GetDirectoryName(path)!, null! }).Take(8) : [],
    ];

    [TestMethod]
    [DynamicData(nameof(Folders))]
    public void Encode_GivesTheTokensOfTheWholeText(string name, bool? breaks)
    {
        var tokenizer = TextTokenizer.Load(name switch
        {
            "tiny" => TinyModel.Folder,
            "sandbox" => SandboxModel.Folder(),
            "tinystories-656k" => OracleFolder.RequireModel(name),
            _ => name,
        });
        Assert.AreEqual(breaks ?? tokenizer.BreaksBetweenWords, tokenizer.BreaksBetweenWords);
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var (growing, text) = (new GrowingText(tokenizer), string.Empty);
            for (var step = 0; step < 40; step++)
            {
                var piece = string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => Parts[random.Next(seed % 2 == 0 ? 8 : Parts.Length)]));
                growing.Append(piece);
                text += piece;
                if (random.Next(3) == 0)
                {
                    continue;
                }

                growing.Encode();
                var ids = tokenizer.Encode(text);
                Assert.AreSequenceEqual(ids, growing.Ids.ToArray(), $"seed {seed}, step {step}: {text}");
                var tokens = random.Next(ids.Length + 1);
                Assert.AreEqual(text.AsSpan().CommonPrefixLength(tokenizer.Decode(ids.AsSpan(0, tokens))), growing.LengthOf(tokens), $"seed {seed}, step {step}: {tokens} tokens of {text}");
            }
        }
    }

    [TestMethod]
    public void Encode_OfALongText_ReadsEachCharacterAFewTimes()
    {
        var growing = new GrowingText(TextTokenizer.Load(SandboxModel.Folder()));
        for (var word = 0; word < 2000; word++)
        {
            growing.Append(word % 9 == 8 ? " again." : " word");
            growing.Encode();
        }

        Assert.IsLessThan(6 * growing.Length, growing.Encoded);
    }

    /// <summary>Two parts of a text, cut where a tokenizer says that it may be, wherever that is claimed.</summary>
    [TestMethod]
    public void ABreak_IsOne_WhateverStandsAround()
    {
        foreach (var tokenizer in (TextTokenizer[])[TextTokenizer.Load(TinyModel.Folder), TextTokenizer.Load(SandboxModel.Folder())])
        {
            var random = new Random(5);
            for (var trial = 0; trial < 3000; trial++)
            {
                var left = Any(random) + "x";
                var right = " y" + Any(random);
                Assert.AreSequenceEqual(tokenizer.Encode(left + right), [.. tokenizer.Encode(left), .. tokenizer.Encode(right)], left + right);
            }
        }

        static string Any(Random random) => string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => Parts[random.Next(Parts.Length)]));
    }
}
