using Steering.Sandbox;
using Steering.Sandbox.Corpora;

namespace Steering.Tests.Sandbox.Corpora;

[TestClass]
public sealed class SandboxCorpusTests
{
    [TestMethod]
    public void Documents_AreAllDifferent()
    {
        Assert.HasCount(WrittenDocuments.Count, WrittenDocuments.All.Select(document => document.Text).ToHashSet(StringComparer.Ordinal));
        Assert.HasCount(WrittenDocuments.Count, WrittenDocuments.All.Select(document => document.Seed).ToHashSet());
    }

    [TestMethod]
    public void Documents_AreVariedAlreadyBeforeRepetitionsAreLeftOut()
    {
        var texts = Enumerable.Range(0, WrittenDocuments.Count).Select(seed => SandboxCorpus.Write((ulong)seed).Text).ToHashSet(StringComparer.Ordinal);
        Assert.IsGreaterThan(WrittenDocuments.Count * 99 / 100, texts.Count);
    }

    [TestMethod]
    public void Replies_AreManyThousandDifferentSentences()
    {
        var sentences = WrittenDocuments.Turns(TurnRole.Assistant)
            .SelectMany(pair => pair.Turn.Text.Split(['.', '!', '?', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .ToHashSet(StringComparer.Ordinal);
        Assert.IsGreaterThan(10_000, sentences.Count);
    }

    [TestMethod]
    public void HeldOut_SharesNoDocumentWithTraining()
    {
        var heldOut = new SandboxCorpus(seed: 1).Documents(CorpusSplit.HeldOut).Take(1000).ToArray();
        var other = new SandboxCorpus(seed: 2).Documents(CorpusSplit.HeldOut).Take(200);
        var train = WrittenDocuments.All.Select(document => document.Text).ToHashSet(StringComparer.Ordinal);
        foreach (var document in heldOut.Concat(other))
        {
            Assert.DoesNotContain(document.Text, train);
            Assert.AreEqual(CorpusSplit.HeldOut, SandboxCorpus.SplitOf(document.Text));
            Assert.AreEqual(1UL, document.Seed >> 63);
        }

        Assert.IsTrue(WrittenDocuments.All.All(document => SandboxCorpus.SplitOf(document.Text) == CorpusSplit.Train && document.Seed >> 63 == 0));
    }

    [TestMethod]
    public void Documents_OfTheSameSeed_AreTheSame()
    {
        var again = new SandboxCorpus(seed: 1).Documents(CorpusSplit.Train).Take(200).ToArray();
        for (var i = 0; i < again.Length; i++)
        {
            Assert.AreEqual(WrittenDocuments.All[i].Text, again[i].Text);
            Assert.AreEqual(WrittenDocuments.All[i].Nats, again[i].Nats);
            var alone = SandboxCorpus.Write(again[i].Seed);
            Assert.AreEqual(again[i].Text, alone.Text);
        }

        var other = new SandboxCorpus(seed: 2).Documents(CorpusSplit.Train).First();
        Assert.AreNotEqual(WrittenDocuments.All[0].Text, other.Text);
    }

    [TestMethod]
    public void Documents_AreWellFormedChatMl()
    {
        foreach (var document in WrittenDocuments.All)
        {
            var parts = document.Text.Split("<|im_start|>");
            Assert.AreEqual("", parts[0]);
            Assert.HasCount(document.Turns.Count + 1, parts);
            var expected = document.Turns[0].Role == TurnRole.System ? "system" : "user";
            for (var i = 0; i < document.Turns.Count; i++)
            {
                Assert.AreEqual($"{expected}\n{document.Turns[i].Text}<|im_end|>\n", parts[i + 1]);
                Assert.DoesNotContain("<|", document.Turns[i].Text);
                Assert.AreEqual(document.Turns[i].Text.Trim(), document.Turns[i].Text);
                Assert.IsGreaterThan(0, document.Turns[i].Text.Length);
                expected = expected == "user" ? "assistant" : "user";
            }

            Assert.AreEqual(TurnRole.Assistant, document.Turns[^1].Role);
            Assert.AreEqual(document.Instruction != Instruction.None, document.Turns[0].Role == TurnRole.System);
        }
    }

    [TestMethod]
    public void PromptFor_IsTheTextBeforeTheReply()
    {
        foreach (var document in WrittenDocuments.All.Take(100))
        {
            var last = document.Turns.Count - 1;
            Assert.AreEqual(document.Text, document.PromptFor(last) + document.Turns[last].Text + "<|im_end|>\n");
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => document.PromptFor(last - 1));
        }
    }

    [TestMethod]
    public void Vocabulary_IsSmallAndClean()
    {
        var figures = new CorpusFigures();
        foreach (var document in WrittenDocuments.All)
        {
            figures.Add(document);
        }

        Assert.IsInRange(1200, 1800, figures.Words);
        string[] blocked = ["damn", "hell", "shit", "crap", "fuck", "bitch", "bastard", "ass", "kill", "die", "hate", "gun", "sex", "drug", "suicide", "murder", "slut", "moron", "retard"];
        foreach (var (_, turn) in WrittenDocuments.Turns(TurnRole.User).Concat(WrittenDocuments.Turns(TurnRole.Assistant)))
        {
            var words = turn.Text.Split([' ', '.', ',', '!', '?', ':', '\n']).Select(word => word.ToLowerInvariant());
            Assert.IsFalse(words.Any(blocked.Contains), turn.Text);
        }
    }

    [TestMethod]
    public void Sentences_ReadAsWritten()
    {
        foreach (var (_, turn) in WrittenDocuments.Turns(TurnRole.User).Concat(WrittenDocuments.Turns(TurnRole.Assistant)))
        {
            Assert.DoesNotContain("  ", turn.Text);
            Assert.DoesNotContain(" .", turn.Text);
            Assert.IsFalse(turn.Text.AsSpan().ContainsAny("{}[]|"), turn.Text);
            Assert.IsTrue(char.IsAsciiLetterUpper(turn.Text[0]) || char.IsAsciiDigit(turn.Text[0]), turn.Text);
            Assert.IsTrue(turn.Text[^1] is '.' or '!' or '?' || turn.Text.Split('\n')[^1].StartsWith("Answer: ", StringComparison.Ordinal), turn.Text);
            foreach (var wrong in new[] { " a a", " a e", " a i", " a o", "A apple", " an b", " an c", " an d" })
            {
                Assert.DoesNotContain(wrong, turn.Text, StringComparison.Ordinal);
            }
        }
    }

    /// <summary>The probability that the generator claims for a text is how often it writes it: 4.5 standard deviations.</summary>
    [TestMethod]
    public void Nats_AreTheFrequencyOfWhatIsWritten()
    {
        var requests = WrittenDocuments.Turns(TurnRole.System).GroupBy(pair => pair.Turn.Text, StringComparer.Ordinal).ToArray();
        Assert.IsGreaterThan(20, requests.Length);
        foreach (var request in requests)
        {
            var claimed = Math.Exp(-request.First().Turn.Nats);
            Assert.IsTrue(request.All(pair => pair.Turn.Nats == request.First().Turn.Nats), request.Key);
            var deviation = Math.Sqrt(claimed * (1 - claimed) / WrittenDocuments.Count);
            Assert.AreEqual(claimed, request.Count() / (double)WrittenDocuments.Count, 4.5 * deviation, request.Key);
        }
    }

    [TestMethod]
    public void Entropy_OfTwoSamples_Agrees()
    {
        var halves = WrittenDocuments.All.Chunk(WrittenDocuments.Count / 2).ToArray();
        var one = halves[0].Average(document => document.Nats);
        var other = halves[1].Average(document => document.Nats);
        var variance = WrittenDocuments.All.Average(document => Math.Pow(document.Nats - one, 2));
        Assert.AreEqual(one, other, 5 * Math.Sqrt(2 * variance / halves[0].Length));
        Assert.IsTrue(WrittenDocuments.All.All(document => document.Turns.All(turn => turn.Nats > 0)));
    }
}
