using System.Text.Json;
using Steering.Analysis.Experiments;
using Steering.Compilation;
using Steering.Concepts;
using Steering.Policies;
using Steering.Saes;
using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.Commands;

/// <summary><c>steer concept compare</c> on the small real model.</summary>
[TestClass]
public sealed class ConceptCompareCommandTests
{
    private static readonly string[] Beginnings =
    [
        "The dog ran to the park.", "A big cat sat in the sun.", "They went to the beach.", "Tim had a red ball.", "It was a sunny day.",
        "The bird was in a tree.", "Mom made a cake.", "Sue liked to sing.", "The car was fast.", "Ben saw a frog.",
    ];

    [TestMethod]
    public async Task FromQuestions_ToTablesPoliciesAndAPage()
    {
        using var folder = new TemporaryFolder();
        Write(folder);
        File.WriteAllText(folder["neutral.txt"], "Once there was a girl who liked to play.\n\nThe sun was warm.");
        string[] arguments =
        [
            "concept", "compare", Stories.Folder, Stories.TopK, "--questions", folder["q.jsonl"], "--target", "start", "--removal", "0.4", "--tolerance", "0.2",
            "--count", "20", "--fit", "0.6", "--text", folder["neutral.txt"], "--prompting", "Never say {target}.",
        ];
        (await CliRun.Of([.. arguments, "--output", folder["out"]])).Succeeds().Prints("questions rightly", "full mask", "range mask", "dampen", "APP", "DiffMean", "random features", "prompting");
        var again = (await CliRun.Of([.. arguments, "--output", folder["again"], "--json"])).Succeeds().Json;
        var bytes = await File.ReadAllBytesAsync(folder["out/result.json"]);
        Assert.AreSequenceEqual(bytes, await File.ReadAllBytesAsync(folder["again/result.json"]), "the same again");

        var conditions = again.GetProperty("targets")[0].GetProperty("conditions");
        Assert.AreEqual(1, conditions[0].GetProperty("target").GetProperty("accuracy").GetProperty("share").GetDouble());
        Assert.IsGreaterThan(1, conditions[1].GetProperty("text").GetProperty("value").GetDouble());
        var fit = again.GetProperty("classes").EnumerateArray().Sum(kind => kind.GetProperty("fit").GetInt32());
        Assert.HasCount(fit, await File.ReadAllLinesAsync(folder["out/fit.jsonl"]));
        Assert.AreEqual(2, ConceptFile.Load(folder["out/fit.concepts.safetensors"]).ConceptCount);
        Assert.Contains("<svg", await File.ReadAllTextAsync(folder["out/report.html"]));

        var policy = folder["out/policies/start-attenuate.json"];
        Assert.AreEqual(conditions[4].GetProperty("features").GetInt32(), ((FeatureTarget)SteeringPolicy.Load(policy).Interventions[0].Target).Features.Count);
        (await CliRun.Of("generate", Stories.Folder, "--prompt", "The dog", "--policy", policy, "--sae", $"sae={Stories.TopK}", "--max-tokens", "3")).Succeeds();
        (await CliRun.Of([.. arguments, "--output", folder["out"]])).Fails(1, "exists and is not empty");
    }

    [TestMethod]
    public async Task WhatDoesNotFit_IsRefused()
    {
        using var folder = new TemporaryFolder();
        Write(folder);
        (await CliRun.Of("concept", "compare", Stories.Folder, Stories.TopK, "--questions", folder["q.jsonl"], "--target", "end", "--output", folder["out"])).Fails(1, "no class 'end'", "mood, start");
        Assert.IsFalse(Path.Exists(folder["out"]));
        (await CliRun.Of("concept", "compare", Stories.Folder, Stories.TopK, "--questions", folder["q.jsonl"], "--target", "start", "--removal", "1.5", "--output", folder["other"])).Fails(2, "--removal");
    }

    [TestMethod]
    public void OnePassForTokensThatMightComeNext_GivesWhatAPassForEachGives()
    {
        using var model = ExperimentModel.Load(Stories.Folder, new Dictionary<string, (SparseAutoencoder, string?)>());
        var prompt = model.Encode("The little dog was very", addSpecialTokens: true);
        int[] next = [.. ((string[])[" happy", " sad", " the"]).Select(word => model.Encode(word, addSpecialTokens: false)[0])];
        var together = model.NextLogProbabilities(prompt, next, CompiledPolicy.Empty);
        for (var index = 0; index < next.Length; index++)
        {
            Assert.AreEqual(model.LogProbabilities([.. prompt, next[index]], prompt.Length, CompiledPolicy.Empty)[0], together[index], 1e-4);
        }
    }

    /// <summary>Ten stories that are to begin and ten moods, each with a choice that is no English.</summary>
    private static void Write(TemporaryFolder folder) => File.WriteAllLines(folder["q.jsonl"],
    [
        .. Beginnings.Select(text => JsonSerializer.Serialize(new { question = $"{text} Once upon a", choices = (string[])[" happy", " time"], answer = 1, @class = "start" })),
        .. Beginnings.Select(text => JsonSerializer.Serialize(new { question = $"{text} She was very", choices = (string[])[" happy", " time"], answer = 0, @class = "mood" })),
    ]);
}
