using Steering.Analysis.Judges;
using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.Commands;

[TestClass]
public sealed class JudgeTrainCommandTests
{
    [TestMethod]
    public async Task Classifier_IsTrained_AndItsAurocPrinted()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["texts.csv"], "id,said,kind\n" + string.Concat(Enumerable.Range(0, 400).Select(index => $"{index},{(index % 2 == 0 ? "you fool" : "my friend")} {index * 7919 % 1000},{(index % 2 == 0 ? "rude" : "nice")}\n")));
        string[] columns = ["--text", "said", "--label", "kind", "--positive", "rude"];
        var run = (await CliRun.Of(["judge", "train", folder["texts.csv"], .. columns, "--output", folder["judge.safetensors"], "--json"])).Succeeds();
        Assert.AreEqual(1.0, run.Json.GetProperty("auroc").GetDouble());
        Assert.AreEqual(400, run.Json.GetProperty("trained").GetInt32() + run.Json.GetProperty("heldOut").GetInt32());
        Assert.IsGreaterThan(0.5, TextClassifier.Load(folder["judge.safetensors"]).Score("what a fool"));
        (await CliRun.Of(["judge", "train", folder["texts.csv"], .. columns, "--output", folder["judge.safetensors"]])).Succeeds().Prints("AUROC 1.0000", "held-out texts");
    }

    [TestMethod]
    public async Task Mistakes_AreSaid()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["texts.csv"], "text,label\nhello,1\nfool,0\n");
        string[] common = ["judge", "train", folder["texts.csv"]];
        (await CliRun.Of(common)).Fails(2, "--output");
        (await CliRun.Of([.. common, "--output", folder["j.safetensors"]])).Fails(1, "1 texts with the label and 1 without");
        (await CliRun.Of([.. common, "--text", "body", "--output", folder["j.safetensors"]])).Fails(1, "no column 'body'", "text, label");
        (await CliRun.Of([.. common, "--positive", "toxic", "--output", folder["j.safetensors"]])).Fails(1, "no text has the label 'toxic'");
        (await CliRun.Of("judge", "train", folder["absent.csv"], "--output", folder["j.safetensors"])).Fails(1, "absent.csv");
    }
}
