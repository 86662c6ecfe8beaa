using System.Text;
using System.Text.Json;
using Steering.Catalogues;
using Steering.Export.Saes;
using Steering.Saes;
using Steering.Saes.Formats;
using Steering.Tests.Cli.Support;
using Steering.Training.Trainer;

namespace Steering.Tests.Cli.Commands;

/// <summary><c>steer train</c> on a small real model.</summary>
[TestClass]
public sealed class TrainCommandTests
{
    private static readonly string[] Short = ["--site", "0", "--latents", "256", "--k", "8", "--tokens", "20480", "--window", "64", "--eval-windows", "4"];

    [TestMethod]
    public async Task Train_Twice_WritesTheSameAutoencoderOfTheModel()
    {
        using var folder = new TemporaryFolder();
        var text = Text(folder);
        foreach (var name in (string[])["one", "two"])
        {
            (await CliRun.Of(["train", Stories.Folder, text, folder[name], .. Short])).Succeeds();
        }

        var sae = SaeFolder.Load(folder["one"]);
        Assert.AreEqual(256, sae.LatentCount);
        Assert.AreEqual(SaeArchitecture.TopK, sae.Architecture);
        CollectionAssert.AreEqual(File.ReadAllBytes(folder["one", SaeLensFolder.WeightsName]), File.ReadAllBytes(folder["two", SaeLensFolder.WeightsName]));
        var losses = TrainingLogReader.Read(folder["one", "training.jsonl"]).Select(step => step.FractionUnexplained).ToArray();
        Assert.HasCount(40, losses);
        Assert.IsLessThan(losses[0] / 2, losses[^1]);
        Assert.IsFalse(Directory.Exists(folder["one.training"]), "the run's folder goes when it is done");
    }

    [TestMethod]
    public async Task Train_Result_IsReadByEverythingThatSteers()
    {
        using var folder = new TemporaryFolder();
        (await CliRun.Of(["train", Stories.Folder, Text(folder), folder["sae"], .. Short])).Succeeds().Prints("Measured on text.txt (trained on)", "left out");

        Assert.IsNotNull(SaeFolder.Load(folder["sae"]).Statistics, "strengths have a unit");
        using var catalogue = FeatureCatalogue.Open(folder["sae", FeatureCatalogue.FileName], SaeFolder.Load(folder["sae"]));
        Assert.IsTrue(File.Exists(folder["sae", "onnx", SaeOnnxNames.FileOf(SaeOnnxGraphs.Edit)]));
        Assert.Contains("<svg", File.ReadAllText(folder["sae", "report.html"]));
        using var report = JsonDocument.Parse(File.ReadAllText(folder["sae", "report.json"]));
        using var config = JsonDocument.Parse(File.ReadAllText(folder["sae", SaeLensFolder.ConfigName]));
        var summary = config.RootElement.GetProperty("metadata").GetProperty("steering_training");
        Assert.AreEqual(report.RootElement.GetProperty("reconstruction").GetProperty("unexplainedVariance").GetDouble(), summary.GetProperty("fvu").GetDouble());
        Assert.AreEqual(20_480, summary.GetProperty("tokens").GetInt64());
        (await CliRun.Of("features", Stories.Folder, "--sae", folder["sae"], "--prompt", "Once upon a time")).Succeeds();
        (await CliRun.Of("generate", Stories.Folder, "--sae", folder["sae"], "--watch", "3", "--prompt", "Once", "--max-tokens", "4")).Succeeds();
    }

    [TestMethod]
    public async Task Train_SeveralValues_TrainsEveryCombinationAndComparesThem()
    {
        using var folder = new TemporaryFolder();
        var run = (await CliRun.Of(["train", Stories.Folder, Text(folder), folder["saes"], .. Short, "--kind", "topk,batchtopk", "--learning-rate", "0.002,0.01", "--json"])).Succeeds();

        using var json = JsonDocument.Parse(run.Output);
        string[] names = [.. json.RootElement.GetProperty("saes").EnumerateArray().Select(sae => sae.GetProperty("name").GetString()!)];
        Assert.AreSequenceEqual(["topk-lr0.002", "topk-lr0.01", "batchtopk-lr0.002", "batchtopk-lr0.01"], names);
        foreach (var sae in json.RootElement.GetProperty("saes").EnumerateArray())
        {
            Assert.AreEqual(256, SaeFolder.Load(sae.GetProperty("folder").GetString()!).LatentCount);
            Assert.IsLessThan(0.6, sae.GetProperty("fvu").GetDouble());
        }

        Assert.Contains("batchtopk-lr0.01", File.ReadAllText(folder["saes", "report.html"]));
    }

    [TestMethod]
    public async Task Train_ShardsOnTheWayAndAfter_GiveAnAutoencoder()
    {
        using var folder = new TemporaryFolder();
        (await CliRun.Of(["train", Stories.Folder, Text(folder), folder["one"], .. Short, "--shards", folder["shards"]])).Succeeds();
        (await CliRun.Of(["train", Stories.Folder, folder["shards"], folder["two"], .. Short, "--eval-text", folder["text.txt"]])).Succeeds().Prints("Measured on text.txt.");
        Assert.AreEqual(256, SaeFolder.Load(folder["two"]).LatentCount);
    }

    [TestMethod]
    public async Task Train_TextThatIsReadMoreThanOnce_IsHarvestedAsTheOptionsSay()
    {
        using var folder = new TemporaryFolder();
        var text = Text(folder);
        (await CliRun.Of(["train", Stories.Folder, text, folder["all"], .. Short, "--keep-first", "--batch", "128"])).Succeeds().Prints("left out: 0 at position 0");
        var plain = (await CliRun.Of(["train", Stories.Folder, text, folder["rest"], .. Short])).Succeeds();
        Assert.DoesNotContain("left out: 0 at position 0", plain.Output);
    }

    [TestMethod]
    public async Task Train_SeedOfTheConfiguration_DecidesTheOrderToo()
    {
        using var folder = new TemporaryFolder();
        var text = Text(folder);
        var config = folder.Write("config.json", Encoding.UTF8.GetBytes("""{"latentCount": 256, "tokens": 20480, "autoencoder": {"kind": "topk", "k": 8}, "initialisation": {"seed": 5}}"""));
        string[] rest = ["--site", "0", "--window", "64", "--eval-windows", "0"];
        (await CliRun.Of(["train", Stories.Folder, text, folder["config"], "--config", config, .. rest])).Succeeds();
        (await CliRun.Of(["train", Stories.Folder, text, folder["option"], "--seed", "5", "--latents", "256", "--k", "8", "--tokens", "20480", .. rest])).Succeeds();
        CollectionAssert.AreEqual(File.ReadAllBytes(folder["config", SaeLensFolder.WeightsName]), File.ReadAllBytes(folder["option", SaeLensFolder.WeightsName]));
    }

    [TestMethod]
    public async Task Train_KindWithAPenalty_IsBroughtToTheL0AskedFor()
    {
        using var folder = new TemporaryFolder();
        (await CliRun.Of(["train", Stories.Folder, Text(folder), folder["sae"], .. Short, "--kind", "gated"])).Succeeds();

        var steps = TrainingLogReader.Read(folder["sae", "training.jsonl"]);
        Assert.AreEqual(SaeArchitecture.Gated, SaeFolder.Load(folder["sae"]).Architecture);
        Assert.IsGreaterThan(20, steps[0].L0);
        Assert.AreEqual(8, steps[^1].L0, 4, "40 steps are few");
    }

    [TestMethod]
    [DataRow("cannot be read at '8x'", "--k", "8x")]
    [DataRow("--kind has 'topkk'", "--kind", "topkk")]
    [DataRow("k is 999", "--k", "999")]
    [DataRow("resid_post.7", "--site", "7")]
    [DataRow("Decay", "--config", "CONFIG")]
    [DataRow("missing.txt", "--eval-text", "missing.txt")]
    public async Task Train_WhatCannotBe_IsRefusedBeforeTheModelRuns(string said, string option, string value)
    {
        using var folder = new TemporaryFolder();
        var config = folder.Write("config.json", Encoding.UTF8.GetBytes("""{"latentCount": 64, "tokens": 100, "Decay": 1}"""));
        string[] arguments = [.. option == "--site" ? Short.Skip(2) : option == "--k" ? Short.Where(part => part is not ("--k" or "8")) : Short];
        var run = await CliRun.Of(["train", Stories.Folder, Text(folder), folder["sae"], .. arguments, option, value == "CONFIG" ? config : value]);
        Assert.AreNotEqual(0, run.ExitCode);
        Assert.Contains(said, run.Error);
        Assert.IsFalse(Directory.Exists(folder["sae"]) || Directory.Exists(folder["sae.training"]));
    }

    private static string Text(TemporaryFolder folder) =>
        folder.Write("text.txt", Encoding.UTF8.GetBytes(string.Join(' ', Enumerable.Range(0, 400).Select(number => $"Once upon a time {number} little cats saw a big dog in the park."))));
}
