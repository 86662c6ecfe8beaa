using Steering.Policies;
using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.Commands;

/// <summary><c>steer detox fit</c> on the small real model, from texts to policies that generate.</summary>
[TestClass]
public sealed class DetoxFitCommandTests
{
    private static readonly string[] Rate = ["--rest", "1", "--false-positives", "0.2", "--features", "3", "--strength", "1"];

    [TestMethod]
    public async Task FromTexts_ToPoliciesThatGenerate()
    {
        using var folder = new TemporaryFolder();
        var sae = Sae(folder);
        var (toxic, clean) = Texts(folder);
        (await CliRun.Of(["detox", "fit", Stories.Folder, "--sae", sae, "--toxic", toxic, "--clean", clean, "--out", folder["out"], .. Rate])).Succeeds().Prints("latched", "clean texts", "perplexity");
        foreach (var name in (string[])["constant", "latched", "token", "app", "clamp", "sta", "diffmean"])
        {
            string[] named = name is "sta" or "diffmean" ? [] : ["--sae", sae];
            (await CliRun.Of(["generate", Stories.Folder, "--prompt", "The dog", "--policy", Path.Combine(folder["out"], $"{name}.json"), .. named, "--max-tokens", "3"])).Succeeds();
        }

        var latched = SteeringPolicy.Load(Path.Combine(folder["out"], "latched.json"));
        Assert.IsTrue(latched.Interventions.All(intervention => intervention.Gate is PromptGate));
        (await CliRun.Of(["detox", "fit", Stories.Folder, "--sae", sae, "--toxic", toxic, "--clean", clean, "--out", folder["out"], .. Rate])).Fails(1, "not empty");
    }

    [TestMethod]
    public async Task AssistantTurns_StandAfterTheirPrompts()
    {
        using var folder = new TemporaryFolder();
        var sae = Sae(folder);
        foreach (var (name, word) in ((string, string)[])[("bad", "rain"), ("good", "dog")])
        {
            File.WriteAllLines(folder[$"{name}.jsonl"], Enumerable.Range(0, 24).Select(i => $$"""{"ask":"Tell me of {{word}} {{i}}.","say":"The {{word}} came to the house number {{i}}."}"""));
        }

        string[] both = ["detox", "fit", Stories.WithTemplate, "--sae", sae, "--toxic", folder["bad.jsonl"], "--clean", folder["good.jsonl"], "--field", "say", "--form", "chat", "--dry-run", "--json", .. Rate];
        var fit = (await CliRun.Of([.. both, "--prompt-field", "ask"])).Succeeds().Json;
        Assert.AreEqual(7, fit.GetProperty("policies").GetArrayLength());
        Assert.AreEqual(16, fit.GetProperty("toxicFitted").GetInt32());
        (await CliRun.Of(both)).Fails(1, "--prompt-field");
    }

    [TestMethod]
    public async Task WithTheWeights_DialsAreLearned_FromEitherLesson()
    {
        using var folder = new TemporaryFolder();
        var (toxic, clean) = Texts(folder);
        string[] command =
        [
            "detox", "fit", SandboxModel.Folder(), "--sae", SandboxModel.LateSae(), "--toxic", toxic, "--clean", clean, .. Rate,
            "--checkpoint", SandboxModel.Bundle.CheckpointFolder, "--steps", "4", "--dials", "4", "--out", folder["out"],
        ];
        (await CliRun.Of([.. command, "--lessons", "both"])).Succeeds().Prints("learned", "averse");
        foreach (var name in (string[])["learned", "averse"])
        {
            var policy = SteeringPolicy.Load(Path.Combine(folder["out"], $"{name}.json"));
            Assert.IsInRange(1, 4, policy.Interventions.Count);
        }

        (await CliRun.Of([.. command, "--lessons", "gently"])).Fails(2, "--lessons is 'gently'; it must be prefer or avoid or both");
    }

    [TestMethod]
    public async Task BadInput_IsRefusedInASentence()
    {
        using var folder = new TemporaryFolder();
        var sae = Sae(folder);
        var (toxic, clean) = Texts(folder);
        File.WriteAllText(folder["empty.txt"], "\n \n");
        string[] Command(string bad, string good) => ["detox", "fit", Stories.Folder, "--sae", sae, "--toxic", bad, "--clean", good, "--out", folder["out"]];
        (await CliRun.Of(Command(folder["empty.txt"], clean))).Fails(1, "holds no text");
        (await CliRun.Of(Command(toxic, clean))).Fails(1, "24 clean texts are too few for a false-positive rate of 0.01", "at least 396");
        (await CliRun.Of([.. Command(toxic, clean), "--threshold=-1000000", "--gate", "probe", "--rest", "1", "--strength", "1"])).Fails(1, "would open the gate on");
        (await CliRun.Of([.. Command(toxic, clean), "--threshold", "1", "--false-positives", "0.1"])).Fails(2, "give one of them");
        (await CliRun.Of([.. Command(toxic, clean), "--strength", "1", "--perplexity", "0.1"])).Fails(2, "give one of them");
        (await CliRun.Of([.. Command(toxic, clean), "--dry-run"])).Fails(2, "--dry-run");
        (await CliRun.Of([.. Command(toxic, clean), "--by", "mean", "--rest", "0.1"])).Fails(2, "--rest belongs to");
        (await CliRun.Of([.. Command(toxic, clean), "--steps", "10"])).Fails(2, "--checkpoint");
        (await CliRun.Of([.. Command(toxic, clean), "--lessons", "avoid"])).Fails(2, "--checkpoint");
        (await CliRun.Of([.. Command(toxic, clean), "--checkpoint", SandboxModel.Bundle.CheckpointFolder])).Fails(1, "Give the checkpoint that the model was imported from");
        Assert.IsFalse(Directory.Exists(folder["out"]));
    }

    /// <summary>The TopK SAE of block 0 in a folder of its own, with statistics.</summary>
    private static string Sae(TemporaryFolder folder)
    {
        var path = Directory.CreateDirectory(folder["sae"]).FullName;
        foreach (var file in (string[])["cfg.json", "sae_weights.safetensors"])
        {
            File.Copy(Path.Combine(Stories.TopK, file), Path.Combine(path, file));
        }

        File.WriteAllLines(folder["stats.txt"], Enumerable.Range(0, 40).Select(i => $"The {(i % 2 == 0 ? "dog" : "rain")} came to the house and to the park, and {i} big birds sat in the sun."));
        CliRun.Of("sae", "stats", Stories.Folder, path, "--text", folder["stats.txt"]).GetAwaiter().GetResult().Succeeds();
        return path;
    }

    private static (string Toxic, string Clean) Texts(TemporaryFolder folder)
    {
        File.WriteAllLines(folder["toxic.txt"], Enumerable.Range(0, 24).Select(i => $"The rain fell on house number {i} and it was a cold day."));
        File.WriteAllLines(folder["clean.txt"], Enumerable.Range(0, 24).Select(i => $"The big dog ran to park number {i} and was happy."));
        return (folder["toxic.txt"], folder["clean.txt"]);
    }
}
