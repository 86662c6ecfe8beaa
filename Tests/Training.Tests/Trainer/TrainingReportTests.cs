using System.Xml.Linq;
using Steering.Analysis.Evaluation;
using Steering.Tests.Analysis.Evaluation;
using Steering.Tests.Analysis.Reports;
using Steering.Training.Autoencoders;
using Steering.Training.Trainer;

namespace Steering.Tests.Training.Trainer;

[TestClass]
public sealed class TrainingReportTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";
    private static readonly XNamespace Xhtml = "http://www.w3.org/1999/xhtml";

    [TestMethod]
    public void Read_GivesTheStepsThatTheLogWrote()
    {
        using var folder = new TemporaryFolder();
        TrainingStep[] steps = [.. Enumerable.Range(1, 5).Select(Step)];
        using (var log = TrainingLog.Open(folder["run"], 0))
        {
            foreach (var step in steps)
            {
                log.Write(step);
            }
        }

        Assert.AreSequenceEqual(steps, TrainingLogReader.Read(folder["run", TrainingLog.FileName]).ToArray());
    }

    [TestMethod]
    [DataRow("", "holds no step")]
    [DataRow("{\"step\": 1}\n", "line 1 is no step")]
    [DataRow("[]", "line 1 is no step")]
    [DataRow("{\"step\":1,\"tokens\":2,\"loss\":\"x\",\"fractionUnexplained\":1,\"l0\":1,\"dead\":0,\"learningRate\":1,\"gradientNorm\":1}", "line 1 is no step")]
    public void Read_OfSomethingElse_Refuses(string text, string part)
    {
        using var folder = new TemporaryFolder();
        Refusal.Of(() => TrainingLogReader.Read(folder.Write("log.jsonl", System.Text.Encoding.UTF8.GetBytes(text))), "log.jsonl", part);
        Refusal.Of(() => TrainingLogReader.Read(folder["none.jsonl"]), "none.jsonl", "does not exist");
    }

    [TestMethod]
    public void Read_OfALineWithoutEnd_StopsEarly()
    {
        using var folder = new TemporaryFolder();
        Refusal.Of(() => TrainingLogReader.Read(folder.Write("log.jsonl", new byte[1 << 20])), "line 1 is longer");
    }

    /// <summary>One run: six courses and its evaluation. Several: a table with the numbers of each, and no detail.</summary>
    [TestMethod]
    public void Create_ShowsTheCoursesAndComparesWhatWasEvaluated()
    {
        var evaluation = Evaluate(1);
        ReportedRun one = new("topk k32", [.. Enumerable.Range(1, 5).Select(Step)], evaluation, 12.5);
        ReportedRun two = new("relu <b>", [.. Enumerable.Range(1, 9).Select(Step)]);

        var single = ReportPage.Body(TrainingReport.Create("a run", [one]));
        var several = ReportPage.Body(TrainingReport.Create("a grid", [one, two]));

        Assert.HasCount(6 + 2, single.Descendants(Svg + "svg"));
        Assert.Contains("Numbers", single.Elements(Xhtml + "h2").Select(heading => heading.Value).ToArray());
        Assert.HasCount(2 + 6, several.Descendants(Svg + "svg"));
        var rows = Rows(several).Single();
        Assert.AreSequenceEqual(ComparisonTable.Row(one).ToArray(), rows[0]);
        Assert.AreEqual(evaluation.Reconstruction.UnexplainedVariance.ToString("F4", System.Globalization.CultureInfo.InvariantCulture), rows[0][1]);
        Assert.AreEqual("12.5", rows[0][^1]);
        Assert.AreSequenceEqual(new[] { "relu <b>", "–", "–", "–", "–", "–", "–" }, rows[1]);
        Assert.HasCount(2, several.Descendants(Svg + "svg").Last().Elements(Svg + "path"));
        Refusal.Of(() => TrainingReport.Create("none", []), "no training step");
    }

    /// <summary>Every option with the value that held; where runs differ, each has a row.</summary>
    [TestMethod]
    public void Create_SaysWhatWasAskedFor()
    {
        var options = new TrainingOptions { LatentCount = 400, Tokens = 10_240, Autoencoder = new TopKSettings { K = 32 } };
        ReportedRun one = new("a", [Step(1)]) { Settings = [("texts", "corpus.txt"), .. TrainingSettings.Of(options)] };
        ReportedRun two = new("b", [Step(1)]) { Settings = [("texts", "corpus.txt"), .. TrainingSettings.Of(options with { BatchSize = 1024, TargetL0 = 20 })] };

        var single = Rows(ReportPage.Body(TrainingReport.Create("a run", [one]))).Single().ToDictionary(row => row[0], row => row[1]);
        var several = Rows(ReportPage.Body(TrainingReport.Create("a grid", [one, two]))).ToArray();

        Assert.AreEqual("corpus.txt", single["texts"]);
        Assert.AreEqual("32", single["autoencoder.k"]);
        Assert.AreEqual("0.01", single["learningRate"], "0.2/√400, though nobody said so");
        Assert.AreEqual("20", single["steps"]);
        Assert.AreEqual("2", single["resampleSteps"]);
        Assert.HasCount(2, several);
        Assert.DoesNotContain("batchSize", several[0].Select(row => row[0]));
        Assert.AreSequenceEqual(new[] { "a", "512", "2", "20", "–" }, several[1][0]);
        Assert.AreSequenceEqual(new[] { "b", "1024", "1", "10", "20" }, several[1][1]);
    }

    [TestMethod]
    public void Write_MakesAPageFromALog()
    {
        using var folder = new TemporaryFolder();
        using (var log = TrainingLog.Open(folder["run"], 0))
        {
            log.Write(Step(1));
            log.Write(Step(2));
        }

        TrainingReport.Write(folder["sae-l15.html"], folder["run", TrainingLog.FileName], Evaluate(2));

        Assert.StartsWith("<!DOCTYPE html>", File.ReadAllText(folder["sae-l15.html"]));
        Assert.Contains("Training of sae-l15", File.ReadAllText(folder["sae-l15.html"]));
    }

    private static IEnumerable<string[][]> Rows(XElement body) =>
        body.Descendants(Xhtml + "tbody").Select(table => table.Elements(Xhtml + "tr").Select(row => row.Elements(Xhtml + "td").Select(cell => cell.Value).ToArray()).ToArray());

    private static TrainingStep Step(int step) => new(step, step * 512L, 10.0 / step, 1.0 / step, 32, step, 1e-3 / step, 0.1 + step, 0, 0.01);

    private static SaeEvaluation Evaluate(int seed)
    {
        var sae = TestSae.Random(8, 3, seed);
        var model = new LinearModel([[1, 0, 0.2f], [0, 2, 0.1f], [0.5f, 0.5f, 1], [3, 1, 0]], [[1, 0, 0], [0, 1, 0.5f], [0, 0, 1], [0.3f, 0.2f, -1]]);
        return SaeEvaluator.Evaluate(sae, model, [new EvaluationWindow(new[] { 0, 1, 2, 3, 1 })]).Summary;
    }
}
