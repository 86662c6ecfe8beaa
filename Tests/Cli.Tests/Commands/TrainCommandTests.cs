using Steering.Saes;
using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.Commands;

/// <summary><c>steer train</c> on a small real model.</summary>
[TestClass]
public sealed class TrainCommandTests
{
    [TestMethod]
    public async Task Train_Twice_WritesTheSameAutoencoderOfTheModel()
    {
        using var folder = new TemporaryFolder();
        var text = folder.Write("text.txt", System.Text.Encoding.UTF8.GetBytes(string.Join(' ', Enumerable.Range(0, 400).Select(number => $"Once upon a time {number} little cats saw a big dog in the park."))));
        foreach (var name in (string[])["one", "two"])
        {
            (await CliRun.Of("train", Stories.Folder, text, folder[name], "--site", "0", "--latents", "256", "--k", "8", "--tokens", "20480", "--window", "64")).Succeeds();
        }

        var sae = SaeLensFolder.Load(folder["one"]);
        Assert.AreEqual(256, sae.LatentCount);
        Assert.AreEqual(SaeArchitecture.TopK, sae.Architecture);
        CollectionAssert.AreEqual(File.ReadAllBytes(folder["one", SaeLensFolder.WeightsName]), File.ReadAllBytes(folder["two", SaeLensFolder.WeightsName]));
        var losses = File.ReadLines(folder["one", "training.jsonl"]).Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("fractionUnexplained").GetDouble()).ToArray();
        Assert.HasCount(40, losses);
        Assert.IsLessThan(losses[0] / 2, losses[^1]);
        Assert.IsFalse(Directory.Exists(folder["one.training"]), "the run's folder goes when it is done");
    }
}
