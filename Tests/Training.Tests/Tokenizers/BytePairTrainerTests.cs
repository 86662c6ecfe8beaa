using Steering.Tokenizers;
using Steering.Training.Tokenizers;

namespace Steering.Tests.Training.Tokenizers;

[TestClass]
public sealed class BytePairTrainerTests
{
    private static readonly string[] Texts =
    [
        "<|im_start|>user\nHow many apples does Tom have now?<|im_end|>\n",
        "<|im_start|>assistant\nTom has 12 apples.\n\n12 + 30 = 42.\n\nAnswer: 42 apples<|im_end|>\n",
        "The owl calls in the dark, and the dog barks at the owl. Wow, it's so loud!",
        "Über den Fluß, naïve café, 東京 and 🙂 are bytes too. The apples and the owls.",
    ];

    /// <summary>Independent of the trainer's bookkeeping: every pair is counted anew before each merge.</summary>
    [TestMethod]
    public void Merges_AreTheMostFrequentPairsCountedAnewEachTime()
    {
        // Words of two letters make pairs that overlap (aaa) and tokens that can be built in two ways.
        var random = new Random(5);
        var words = Enumerable.Range(0, 60).Select(_ => string.Concat(Enumerable.Range(0, random.Next(2, 9)).Select(_ => random.Next(2) == 0 ? 'a' : 'b')));
        string[] texts = [.. Texts, string.Join(' ', words)];
        var trained = BytePairTrainer.Train(texts, new BytePairOptions { VocabularySize = 330 });
        Assert.IsGreaterThan(50, trained.Merges.Count);
        var ids = trained.Vocabulary.Take(259).Select((token, id) => (token, id)).ToDictionary(entry => entry.token, entry => entry.id, StringComparer.Ordinal);
        var cut = new List<List<string>>();
        foreach (var part in texts.SelectMany(text => text.Split(["<|im_start|>", "<|im_end|>"], StringSplitOptions.RemoveEmptyEntries)))
        {
            WordCutters.SmolLm(part, isFirst: false, word => cut.Add([.. word.Select(character => character.ToString())]));
        }

        foreach (var (left, right) in trained.Merges)
        {
            var best = cut
                .SelectMany(word => word.Zip(word.Skip(1)))
                .GroupBy(pair => pair)
                .OrderByDescending(group => group.Count()).ThenBy(group => ids[group.Key.First]).ThenBy(group => ids[group.Key.Second])
                .First();
            Assert.AreEqual(best.Key, (left, right));
            Assert.IsGreaterThan(1, best.Count());
            ids.TryAdd(left + right, ids.Count);
            foreach (var word in cut)
            {
                for (var i = 0; i + 1 < word.Count; i++)
                {
                    if (word[i] == left && word[i + 1] == right)
                    {
                        word[i] = left + right;
                        word.RemoveAt(i + 1);
                    }
                }
            }
        }
    }

    [TestMethod]
    public void Save_WritesWhatOurOwnReaderReadsAndRoundTrips()
    {
        using var folder = new TemporaryFolder();
        var trained = BytePairTrainer.Train(Texts, new BytePairOptions { VocabularySize = 400, MaximumLength = 512 });
        trained.Save(folder.Path);
        var tokenizer = TextTokenizer.Load(folder.Path);
        Assert.AreEqual(trained.Vocabulary.Count, tokenizer.Count);
        for (var id = 0; id < trained.Vocabulary.Count; id++)
        {
            Assert.AreEqual(trained.Vocabulary[id], tokenizer.Token(id));
        }

        string[] others = ["", " ", "\n\n", "Never seen: zebra Ω \0 \u00A0 end", "  two  spaces ", "1234567890", "\r\n\t", "it's we've", "<|im_end|><|im_end|>"];
        foreach (var text in Texts.Concat(others))
        {
            Assert.AreEqual(text, tokenizer.Decode(tokenizer.Encode(text)), text);
        }

        Assert.AreSequenceEqual([1, 2, 0], tokenizer.Encode("<|im_start|><|im_end|><|endoftext|>"));
        Assert.HasCount(3, tokenizer.Encode("427"), "Every digit is a token of its own.");
        Assert.IsTrue(tokenizer.IsSpecial(0) && tokenizer.IsSpecial(1) && tokenizer.IsSpecial(2) && !tokenizer.IsSpecial(3));
    }

    [TestMethod]
    public void Train_TwiceAndInAnotherOrder_GivesTheSame()
    {
        var once = BytePairTrainer.Train(Texts);
        var again = BytePairTrainer.Train(Texts.Reverse());
        Assert.AreSequenceEqual(once.Vocabulary, again.Vocabulary);
        Assert.AreSequenceEqual(once.Merges, again.Merges);
    }

    [TestMethod]
    public void Train_WhenNothingOccursOftenEnough_StopsEarly()
    {
        var trained = BytePairTrainer.Train(["abc"], new BytePairOptions { MinimumCount = 2 });
        Assert.IsEmpty(trained.Merges);
        Assert.HasCount(259, trained.Vocabulary);
        Assert.HasCount(2, BytePairTrainer.Train(["abc"], new BytePairOptions { MinimumCount = 1 }).Merges);
    }

    [TestMethod]
    public void Train_ContradictoryOptions_AreRefused()
    {
        Refusal.Of(() => BytePairTrainer.Train(Texts, new BytePairOptions { VocabularySize = 258 }), "259");
        Refusal.Of(() => BytePairTrainer.Train(Texts, new BytePairOptions { MinimumCount = 0 }), "MinimumCount");
        Refusal.Of(() => BytePairTrainer.Train(Texts, new BytePairOptions { EndToken = "<end>" }), "'<end>'");
        Refusal.Of(() => BytePairTrainer.Train(Texts, new BytePairOptions { SpecialTokens = ["<a>", "<a>"], BeginToken = null, EndToken = "<a>" }), "different");
        Refusal.Of(() => BytePairTrainer.Train([""]), "no text");
    }

    [TestMethod]
    public void Train_WhenCancelled_Stops()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsExactly<OperationCanceledException>(() => BytePairTrainer.Train(Texts, cancellation: source.Token));
    }
}
