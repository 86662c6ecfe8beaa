using Steering.Concepts;
using Steering.Policies;
using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.Commands;

/// <summary><c>steer concept</c> on the small real model, from labelled text to a policy that generates.</summary>
[TestClass]
public sealed class ConceptCommandTests
{
    private static readonly string[] Dogs = ["The dog ran to the park.", "A big dog sat in the sun.", "Her dog likes to run and play.", "The little dog was happy."];
    private static readonly string[] Rain = ["The rain fell on the house.", "It was a cold day with rain.", "They saw the rain and the wind.", "Rain came down all night."];

    [TestMethod]
    public async Task FromText_ToAPolicyThatGenerates()
    {
        using var folder = new TemporaryFolder();
        var file = await Fit(folder);
        var info = (await CliRun.Of("concept", "info", file, "--json")).Succeeds().Json;
        Assert.AreEqual(2, info.GetProperty("concepts").GetArrayLength());
        Assert.AreEqual(4, info.GetProperty("concepts")[0].GetProperty("observations").GetInt64());
        Assert.IsGreaterThan(0, info.GetProperty("separability").GetDouble());
        (await CliRun.Of("concept", "info", file)).Succeeds().Prints("dog", "rain", "Separability of the layer");

        foreach (var kind in (string[])["attenuate", "dampen", "fullmask"])
        {
            var policy = folder[$"{kind}.json"];
            var chosen = (await CliRun.Of("concept", "select", file, "--concept", "dog", "--count", "3", "--sae", Stories.TopK, "--write", policy, "--operator", kind, "--json")).Succeeds().Json;
            var features = chosen.GetProperty("features").EnumerateArray().Select(entry => entry.GetProperty("feature").GetInt32()).ToArray();
            Assert.AreSequenceEqual(features, ((FeatureTarget)SteeringPolicy.Load(policy).Interventions[0].Target).Features.ToArray());
            (await CliRun.Of("generate", Stories.Folder, "--prompt", "The dog", "--policy", policy, "--sae", Stories.TopK, "--max-tokens", "3")).Succeeds();
        }
    }

    [TestMethod]
    public async Task Tables_WithSeveralLabels_CountUnderEach()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder["t.csv"], ["text,kind", .. Dogs.Select(text => $"{text},dog|animal"), .. Rain.Select(text => $"{text},rain")]);
        (await CliRun.Of("concept", "fit", Stories.Folder, Stories.TopK, "--text", folder["t.csv"], "--label", "kind", "--pooling", "mean", "--output", folder["c.safetensors"])).Succeeds().Prints("dog 4, animal 4, rain 4");
        var statistics = ConceptFile.Load(folder["c.safetensors"]);
        for (var latent = 0; latent < statistics.LatentCount; latent++)
        {
            Assert.AreEqual(statistics.Mean(latent, 0), statistics.Mean(latent, 1));
        }
    }

    [TestMethod]
    public async Task BadInput_IsRefusedInASentence()
    {
        using var folder = new TemporaryFolder();
        var file = await Fit(folder);
        (await CliRun.Of("concept", "select", file, "--concept", "dogs")).Fails(1, "did you mean 'dog'");
        (await CliRun.Of("concept", "select", file, "--concept", "dog", "--write", folder["p.json"])).Fails(2, "--write and --sae belong together");
        (await CliRun.Of("concept", "select", file, "--concept", "dog", "--strength", "2")).Fails(2, "--strength does nothing by itself");
        File.WriteAllText(folder["one.txt"], "Only one.\n");
        (await CliRun.Of("concept", "fit", Stories.Folder, Stories.TopK, "--text", $"dog={folder["dog.txt"]}", "--text", $"one={folder["one.txt"]}", "--output", folder["c.safetensors"])).Fails(1, "'one' has one example");
        (await CliRun.Of("concept", "fit", Stories.Folder, Stories.TopK, "--text", $"dog={folder["dog.txt"]}", "--output", folder["c.safetensors"])).Fails(1, "at least two");
        (await CliRun.Of("concept", "fit", Stories.Folder, Stories.TopK, "--text", folder["dog.txt"], "--output", folder["c.safetensors"])).Fails(1, "no field of labels");
        (await CliRun.Of("concept", "info", folder["dog.txt"])).Fails(1, "dog.txt");
    }

    private static async Task<string> Fit(TemporaryFolder folder)
    {
        File.WriteAllLines(folder["dog.txt"], Dogs);
        File.WriteAllLines(folder["rain.txt"], Rain);
        var file = folder["c.safetensors"];
        (await CliRun.Of("concept", "fit", Stories.Folder, Stories.TopK, "--text", $"dog={folder["dog.txt"]}", "--text", $"rain={folder["rain.txt"]}", "--output", file)).Succeeds().Prints("dog 4, rain 4");
        return file;
    }
}
