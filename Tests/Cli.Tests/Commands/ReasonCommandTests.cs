using System.Text.Json;
using Steering.Policies;
using Steering.Tests.Cli.Support;
using Steering.Vectors;

namespace Steering.Tests.Cli.Commands;

/// <summary><c>steer reason</c> on the small real model: from traces to policies that generate, scores, the cue test, a confidence shift.</summary>
[TestClass]
public sealed class ReasonCommandTests
{
    private static readonly string[] Sentences = ["Wait, the dog was not there.", "The girl went to the park.", "Maybe the cat was big.", "He had a red ball."];

    [TestMethod]
    public async Task Fit_TrainsAutoencoders_AndWritesVectorsAndPoliciesThatGenerate()
    {
        using var folder = new TemporaryFolder();
        var traces = Traces(folder);
        var run = Trained(await CliRun.Of("reason", "fit", Stories.Folder, folder["out"], "--text", traces, "--labels", "labels", "--words", "reflection=wait", "--site", "0", "--site", "1", "--latents", "40", "--k", "4", "--passes", "20", "--json"));
        Assert.AreEqual(2, run.GetProperty("sites").GetArrayLength());
        Assert.AreEqual(run.ToString(), JsonDocument.Parse(File.ReadAllText(folder["out", "report.json"])).RootElement.ToString());
        var site = run.GetProperty("policySite").GetString()!;
        foreach (var name in run.GetProperty("policies").EnumerateArray().Select(policy => policy.GetString()!))
        {
            var policy = SteeringPolicy.Load(folder["out", name]);
            Assert.IsInstanceOfType<StepGate>(policy.Interventions[0].Gate);
            Assert.AreEqual(site, ((DirectionTarget)policy.Interventions[0].Target).Site);
            (await CliRun.Of("generate", Stories.Folder, "--prompt", "The dog", "--policy", folder["out", name], "--max-tokens", "3")).Succeeds();
        }

        Assert.IsGreaterThan(0, run.GetProperty("policies").GetArrayLength());
        foreach (var file in Directory.GetFiles(folder["out", "vectors"]))
        {
            Assert.AreEqual(1, VectorFile.Load(file).Max(vector => Math.Sqrt(vector.Direction.ToArray().Sum(value => (double)value * value))), 1e-5);
        }

        Assert.Contains("on held-out traces", File.ReadAllText(folder["out", "report.html"]));
        (await CliRun.Of("reason", "score", Stories.Folder, folder["out", "sae-resid_post.0"], "--text", traces, "--words", "cue=wait,maybe", "--count", "3")).Succeeds().Prints("tokens near 2 words");
    }

    [TestMethod]
    public async Task Falsify_TestsLatentsWithControls()
    {
        using var folder = new TemporaryFolder();
        var traces = Traces(folder);
        File.WriteAllLines(folder["plain.txt"], Enumerable.Range(0, 12).Select(index => $"The {index} birds sang in the tree. They were happy. It was a good day."));
        var run = (await CliRun.Of("reason", "falsify", Stories.Folder, Stories.TopK, "--text", traces, "--labels", "labels", "--words", "reflection=wait", "--plain", folder["plain.txt"], "--count", "3", "--report", folder["cue.html"], "--json")).Succeeds().Json;
        var behaviour = run.GetProperty("behaviours")[0];
        Assert.AreEqual("reflection", behaviour.GetProperty("behaviour").GetString());
        Assert.AreEqual(0, behaviour.GetProperty("cuesPer1000").GetProperty("plain").GetDouble());
        Assert.IsGreaterThan(0, behaviour.GetProperty("cuesPer1000").GetProperty("withCues").GetDouble());
        var groups = behaviour.GetProperty("latents").EnumerateArray().Select(latent => latent.GetProperty("group").GetString()).ToHashSet(StringComparer.Ordinal);
        Assert.Contains("random", groups);
        foreach (var latent in behaviour.GetProperty("latents").EnumerateArray())
        {
            Assert.AreEqual(12, latent.GetProperty("withCues").GetProperty("total").GetInt32());
            Assert.Contains(latent.GetProperty("verdict").GetString(), (string?[])["notExplained", "cuesSuffice", "onlyCues"]);
        }

        Assert.Contains("with neutral words", File.ReadAllText(folder["cue.html"]));
    }

    [TestMethod]
    public async Task Confidence_LowersTheEntropy_AndWritesPolicies()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder["text.txt"], Sentences);
        var run = Trained(await CliRun.Of("reason", "confidence", Stories.Folder, Stories.TopK, folder["out"], "--checkpoint", Stories.Checkpoint, "--text", folder["text.txt"], "--iterations", "40", "--batch", "16", "--learning-rate", "0.05", "--columns", "4", "--samples", "1", "--json"));
        Assert.IsLessThan(run.GetProperty("entropyBefore").GetDouble(), run.GetProperty("entropyAfter").GetDouble());
        Assert.AreEqual(4, run.GetProperty("latents").GetArrayLength());
        Assert.AreEqual(3, run.GetProperty("samples")[0].GetProperty("coefficients").GetArrayLength());
        Assert.HasCount(4, Directory.GetFiles(folder["out", "vectors"]));
        (await CliRun.Of("generate", Stories.Folder, "--prompt", "The dog", "--policy", folder["out", "more-confident.json"], "--max-tokens", "3")).Succeeds();
    }

    [TestMethod]
    public async Task BadInput_IsRefusedInASentence()
    {
        using var folder = new TemporaryFolder();
        var traces = Traces(folder);
        (await CliRun.Of("reason", "fit", Stories.Folder, folder["out"], "--text", traces, "--labels", "labels")).Fails(2, "--site");
        (await CliRun.Of("reason", "fit", Stories.Folder, folder["out"], "--text", traces, "--site", "0")).Fails(2, "give --labels, --judge or --words");
        (await CliRun.Of("reason", "fit", Stories.Folder, folder["out"], "--text", traces, "--labels", "labels", "--sae", Stories.TopK, "--latents", "9")).Fails(2, "--latents belongs to an SAE that is trained");
        (await CliRun.Of("reason", "fit", Stories.Folder, folder["out"], "--text", traces, "--words", "reflection=zebra", "--site", "0")).Fails(1, "all have");
        (await CliRun.Of("reason", "fit", Stories.Folder, folder["out"], "--text", traces, "--labels", "label", "--site", "0")).Fails(1, "no field 'label'");
        (await CliRun.Of("reason", "score", Stories.Folder, Stories.TopK, "--text", traces, "--words", "cue=wait")).Fails(1, "at least two words");
        (await CliRun.Of("reason", "confidence", Stories.Folder, Stories.TopK, folder["out"], "--checkpoint", folder["nothing.gguf"], "--text", traces)).Fails(1, "nothing.gguf");
        Assert.IsFalse(Directory.Exists(folder["out"]));
    }

    /// <summary>The first command of a process that trains says that it loads libtorch.</summary>
    private static JsonElement Trained(CliRun run)
    {
        Assert.AreEqual(0, run.ExitCode, run.Error);
        return run.Json;
    }

    private static string Traces(TemporaryFolder folder)
    {
        var path = folder["traces.jsonl"];
        File.WriteAllLines(path, Enumerable.Range(0, 16).Select(trace =>
        {
            int[] steps = [.. Enumerable.Range(0, 5).Select(step => (trace + (step * step)) % 4)];
            return JsonSerializer.Serialize(new
            {
                text = string.Concat(steps.Select(step => $"{Sentences[step]}\n\n")),
                labels = steps.Select(step => step == 0 ? "reflection" : step == 2 ? "doubt" : string.Empty),
            });
        }));
        return path;
    }
}
