using System.Text.Json;
using Steering.Sandbox.Corpora;
using Steering.Tokenizers;

namespace Steering.Tests.Samples;

/// <summary>The report on a model that finds every token equally likely, whose figures are known.</summary>
[TestClass]
[DoNotParallelize]
public sealed class SandboxReportTests
{
    [TestMethod]
    public void Report_OfAModelThatKnowsNothing()
    {
        using var folder = new TemporaryFolder();
        var checkpoint = TinyCheckpoint.Write(folder["nothing"], headSize: 0);
        string[] arguments = ["report", checkpoint, "--documents", "5", "--replies", "1", "--seed", "3", "--json", "--out", folder["report.json"]];
        var (code, output, error) = SampleRun.Of("SandboxModel", string.Empty, arguments);
        Assert.AreEqual(0, code, error);
        Assert.AreEqual(output.TrimEnd(), File.ReadAllText(folder["report.json"]).TrimEnd());
        var report = JsonDocument.Parse(output).RootElement;
        var loss = report.GetProperty("loss");
        Assert.AreEqual(Math.Log(TinyCheckpoint.Vocabulary), loss.GetProperty("natsPerToken").GetDouble(), 1e-5);

        var documents = new SandboxCorpus(3).Documents(CorpusSplit.HeldOut).Take(5).ToArray();
        var tokenizer = TextTokenizer.Load(checkpoint);
        var tokens = documents.Sum(document => tokenizer.Encode(document.Text).Length - 1);
        Assert.AreEqual(tokens, loss.GetProperty("tokens").GetInt64());
        Assert.AreEqual(documents.Sum(document => document.Nats) / tokens, loss.GetProperty("generatorNatsPerToken").GetDouble(), 1e-9);

        Assert.AreEqual(0, report.GetProperty("wellFormed").GetProperty("model").GetProperty("hits").GetInt32());
        Assert.AreEqual(7, report.GetProperty("registers").EnumerateArray().Last().GetProperty("model").GetProperty("total").GetInt32());
        Assert.AreEqual(0.7, report.GetProperty("rude")[0].GetProperty("generator").GetDouble(), 1e-9);
        Assert.AreEqual(output, SampleRun.Of("SandboxModel", string.Empty, arguments).Output, "the seed decides everything");
    }

    [TestMethod]
    public void AMissingModel_StopsWithOneSentence()
    {
        var (code, _, error) = SampleRun.Of("SandboxModel", string.Empty, ["report", "absent"]);
        Assert.AreEqual(1, code);
        Assert.Contains("absent", error);
        Assert.AreEqual(1, error.Count(letter => letter == '\n'));
    }
}
