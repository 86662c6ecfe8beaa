using Steering.Sandbox;
using Steering.Sandbox.Corpora;
using Steering.Sandbox.Judging;
using Steering.Sandbox.Labelling;
using Steering.Tokenizers;

namespace Steering.Tests.Sandbox.Labelling;

/// <summary>With a tokenizer of single bytes every letter has its labels; they are compared with the document's own.</summary>
[TestClass]
public sealed class TokenLabellerTests
{
    private static readonly TemporaryFolder Folder = new();
    private static readonly Lazy<TokenLabeller> Labeller = new(() => new TokenLabeller(TextTokenizer.Load(TinyCheckpoint.Write(Folder["model"]))));

    [ClassCleanup]
    public static void RemoveFolder() => Folder.Dispose();

    [TestMethod]
    public void TurnsStepsAndMistakes_AreWhereTheGeneratorPutThem()
    {
        foreach (var document in new SandboxCorpus(seed: 3).Documents(CorpusSplit.Train).Take(200))
        {
            var letters = Letters(document);
            var at = 0;
            foreach (var turn in document.Turns)
            {
                at += ChatMarkers.Open(turn.Role).Length;
                var inside = letters.GetRange(at, turn.Text.Length);
                var speaker = turn.Role switch { TurnRole.System => "the instruction", TurnRole.User => "the user's turn", _ => "the reply" };
                Assert.IsTrue(inside.TrueForAll(letter => letter.Labels.Contains(speaker)));
                Assert.AreEqual(1, inside.Count(letter => letter.Labels.Contains("first word of " + speaker)));
                if (turn.Role != TurnRole.System)
                {
                    Assert.IsTrue(inside.TrueForAll(letter => letter.Labels.Contains(turn.Topic is { } topic ? "about " + topic.ToString().ToLowerInvariant() : "small talk")));
                    Assert.IsTrue(inside.TrueForAll(letter => letter.Labels.Contains(turn.Register.ToString().ToLowerInvariant() + (turn.Role == TurnRole.User ? " user" : " reply"))));
                    Assert.AreEqual(SandboxJudge.IsRude(turn.Text), inside.Exists(letter => letter.Labels.Contains("rude word")));
                    Assert.AreEqual(turn.Text.Count(char.IsAsciiDigit), inside.Count(letter => letter.Labels.Contains("number")));
                }

                Assert.AreEqual(turn.Steps.Any(step => step.Correct == false), inside.Exists(letter => letter.Labels.Contains("wrong step")));
                Assert.AreEqual(turn.Steps.Any(step => step.Kind == StepKind.Reflection), inside.Exists(letter => letter.Labels.Contains("reflection step")));
                at += turn.Text.Length + ChatMarkers.Close.Length;
            }
        }
    }

    [TestMethod]
    public void Words_AreNamed_AndTheLetterBeforeThem()
    {
        var document = new SandboxCorpus(seed: 3).Documents(CorpusSplit.Train).First(candidate => candidate.Turns[^1].Text.Contains(" like ", StringComparison.Ordinal));
        var letters = Letters(document);
        var at = document.Text.LastIndexOf(" like ", StringComparison.Ordinal);
        Assert.AreEqual(" like ", string.Concat(letters.GetRange(at, 6).Select(letter => letter.Text)));
        Assert.Contains("before 'like'", letters[at].Labels);
        Assert.IsTrue(letters.GetRange(at + 1, 4).TrueForAll(letter => letter.Labels.Contains("'like'")));
        Assert.DoesNotContain("'like'", letters[at + 5].Labels);
    }

    /// <summary>One entry for each letter: a marker is one token of many letters.</summary>
    private static List<(string Text, IReadOnlyList<string> Labels)> Letters(SandboxDocument document)
    {
        var labelled = Labeller.Value.Label(document);
        var tokenizer = TextTokenizer.Load(Folder["model"]);
        var letters = new List<(string, IReadOnlyList<string>)>();
        for (var token = 0; token < labelled.Ids.Count; token++)
        {
            Assert.AreEqual(labelled.Labels[token].Count, labelled.Labels[token].Distinct().Count());
            foreach (var letter in tokenizer.Decode([labelled.Ids[token]]))
            {
                letters.Add((letter.ToString(), labelled.Labels[token]));
            }
        }

        Assert.AreEqual(document.Text, string.Concat(letters.Select(letter => letter.Item1)));
        return letters;
    }
}
