using Steering.Analysis.Behaviours;
using Steering.Analysis.Harvest;
using Steering.Models;
using Steering.Tokenizers;

namespace Steering.Tests.Analysis.Behaviours;

/// <summary>Steps of the bundled model's text, against a plain forward pass and a cut of the text itself.</summary>
[TestClass]
[TestCategory("Model")]
public sealed class StepActivationsTests
{
    private const string Site = "resid_post.3";

    private static readonly string[] Texts =
    [
        "Ann has 3 apples.\n\nShe buys 4 more.\n\n3 + 4 = 7.\n\nAnswer: 7",
        "Tom reads 2 books.\n\n\nWait, let me check.\n\nAnswer: 2\n\n",
    ];

    [TestMethod]
    public void Rows_AreTheResidualsAtTheDelimiters()
    {
        var tokenizer = TextTokenizer.Load(SandboxModel.Folder());
        CutTrace[] traces = [.. Texts.Select((text, index) => CutTrace.Of(new ReasoningTrace(text, null, $"text {index}"), tokenizer, 200))];
        using var harvester = new Harvester(SiteHead.Load(SandboxModel.Folder(), Site), new HarvestOptions { Exclusion = Steering.Saes.TokenExclusion.None });
        var steps = StepActivations.Gather(harvester, traces);
        Assert.AreSequenceEqual([(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)], steps.Steps.ToArray());
        Assert.AreEqual((4, 3), (traces[0].StepsOfText, traces[1].StepsOfText));
        using var forward = ForwardPass.Load(SandboxModel.Folder());
        for (var row = 0; row < steps.Steps.Count; row++)
        {
            var (trace, step) = steps.Steps[row];
            int[] ids = [.. traces[trace].Ids];
            var end = traces[trace].Ends[step];
            var before = tokenizer.Decode(ids.AsSpan(0, end + 1)).TrimStart();
            Assert.IsTrue(before.EndsWith("\n\n", StringComparison.Ordinal), before);
            Assert.AreEqual(step, before.TrimEnd().Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Length - 1);
            var expected = forward.Run(ids).Residuals[Site].AsSpan(end * steps.HiddenSize, steps.HiddenSize);
            for (var component = 0; component < steps.HiddenSize; component++)
            {
                Assert.AreEqual(expected[component], steps.Row(row)[component], 1e-3f);
            }
        }
    }

    [TestMethod]
    public void Words_HaveTheirTokensAndNeighboursAsWindows()
    {
        var tokenizer = TextTokenizer.Load(SandboxModel.Folder());
        var trace = CutTrace.Of(new ReasoningTrace("Tom reads. Wait, it is two. Good.", null, "text"), tokenizer, 100);
        var words = StepWords.Parse(["cue=wait,good"]);
        var narrow = WordWindows.Of(trace, words, 0, 0);
        var inside = string.Concat(Enumerable.Range(0, trace.Ids.Count).Where(token => narrow[token].Contains(0)).Select(trace.Piece));
        Assert.Contains("Wait", inside);
        Assert.AreEqual(string.Empty, inside.Replace("Wait", string.Empty, StringComparison.Ordinal).Trim(' ', ','));
        var wide = WordWindows.Of(trace, words);
        Assert.AreEqual(narrow.Count(near => near.Contains(0)) + 3, wide.Count(near => near.Contains(0)), "one before, two after");
    }

    [TestMethod]
    public void Labels_ForAnotherNumberOfSteps_AreRefused()
    {
        var tokenizer = TextTokenizer.Load(SandboxModel.Folder());
        Refusal.Of(() => CutTrace.Of(new ReasoningTrace(Texts[0], ["a", "b"], "line 3"), tokenizer, 100), "line 3", "2 labels for 4 steps");
        using var harvester = new Harvester(SiteHead.Load(SandboxModel.Folder(), Site));
        Refusal.Of(() => StepActivations.Gather(harvester, [CutTrace.Of(new ReasoningTrace("No step ends.", null, "text"), tokenizer, 100)]), "no blank line");
    }

    [TestMethod]
    public void Files_AreReadWithTheirLabels_OrRefusedByLine()
    {
        using var folder = new TemporaryFolder();
        var good = folder.Write("good.jsonl", "{\"text\":\"a\\n\\nb\",\"labels\":[\"x|y\",\"\"]}\n\n{\"text\":\"c\",\"labels\":[\"x\"]}\n"u8);
        var traces = ReasoningTraces.Read(good, labelField: "labels");
        Assert.AreSequenceEqual(["a\n\nb", "c"], traces.Select(trace => trace.Text).ToArray());
        Assert.AreSequenceEqual(["x|y", ""], traces[0].Labels!.ToArray());
        Refusal.Of(() => ReasoningTraces.Read(good, labelField: "label"), "good.jsonl, line 1", "no field 'label'");
        Refusal.Of(() => ReasoningTraces.Read(folder.Write("kind.jsonl", "{\"text\":\"a\",\"labels\":\"x\"}\n"u8), labelField: "labels"), "list of texts");
        Refusal.Of(() => ReasoningTraces.Read(folder.Write("empty.jsonl", "\n"u8)), "holds no trace");
    }
}
