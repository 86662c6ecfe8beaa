using System.Text.Json;
using System.Xml.Linq;
using Steering.Concepts;
using Steering.Policies;
using Steering.Tests.Cli.Support;
using Steering.Vectors;

namespace Steering.Tests.Cli.Commands;

/// <summary><c>steer concept plot</c>, <c>direction</c> and what <c>select</c> measures on the model, on the small real one.</summary>
[TestClass]
public sealed class ConceptSelectionTests
{
    private static readonly string[] Who = ["dog", "cat", "bird", "boy", "girl", "man"];
    private static TemporaryFolder _folder = null!;

    private static string Concepts => _folder["c.safetensors"];

    private static string[] Texts => ["--text", $"rain={_folder["rain.txt"]}", "--text", $"play={_folder["play.txt"]}"];

    private static string[] Select => ["concept", "select", Concepts, "--concept", "rain", "--count", "2"];

    private static string[] OnModel => ["--model", Stories.Folder, "--sae", Stories.TopK];

    [ClassInitialize]
    public static async Task Fit(TestContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        _folder = new TemporaryFolder();
        File.WriteAllLines(_folder["rain.txt"], [.. Who.Select(who => $"The rain fell on the {who} all day long."), .. Who.Select(who => $"It was cold and wet, and the {who} saw the rain.")]);
        File.WriteAllLines(_folder["play.txt"], [.. Who.Select(who => $"The happy {who} likes to run and play in the park."), .. Who.Select(who => $"A big {who} sat in the sun with a red ball.")]);
        (await CliRun.Of(["concept", "fit", Stories.Folder, Stories.TopK, .. Texts, "--output", Concepts])).Succeeds().Prints("rain 12, play 12");
    }

    [ClassCleanup]
    public static void Remove() => _folder.Dispose();

    [TestMethod]
    public async Task Plot_DrawsAFeatureAndAllFeatures()
    {
        var feature = (await CliRun.Of([.. Select, "--json"])).Succeeds().Json.GetProperty("features")[0].GetProperty("feature").GetInt32();
        (await CliRun.Of("concept", "plot", Concepts, "--feature", Stories.Text(feature), "--output", _folder["f.svg"])).Succeeds().Prints("f.svg holds the picture");
        var text = File.ReadAllText(_folder["f.svg"]);
        Assert.Contains($"Feature {feature} under each concept", text, StringComparison.Ordinal);
        Assert.HasCount(2, XElement.Parse(text).Descendants().Where(element => element.Name.LocalName == "path"));
        (await CliRun.Of("concept", "plot", Concepts, "--feature", Stories.Text(feature), "--concept", "rain", "--output", _folder["one.svg"])).Succeeds();
        Assert.HasCount(1, XElement.Load(_folder["one.svg"]).Descendants().Where(element => element.Name.LocalName == "path"));
        (await CliRun.Of("concept", "plot", Concepts, "--output", _folder["all.svg"])).Succeeds();
        Assert.Contains("features that fire, mean", File.ReadAllText(_folder["all.svg"]), StringComparison.Ordinal);

        (await CliRun.Of("concept", "plot", Concepts, "--feature", "1024", "--output", _folder["x.svg"])).Fails(1, "no feature 1024", "0 to 1023");
        (await CliRun.Of("concept", "plot", Concepts, "--feature", "1", "--concept", "rian", "--output", _folder["x.svg"])).Fails(1, "did you mean 'rain'");
        (await CliRun.Of("concept", "plot", Concepts, "--concept", "rain", "--output", _folder["x.svg"])).Fails(2, "--concept does nothing by itself");
        (await CliRun.Of("concept", "plot", Concepts, "--output", _folder["x.png"])).Fails(1, ".svg");
        Assert.IsFalse(File.Exists(_folder["x.svg"]));
    }

    [TestMethod]
    public async Task Rerank_OrdersCandidatesByWhatTheyDo()
    {
        var plain = (await CliRun.Of(["concept", "select", Concepts, "--concept", "rain", "--count", "6", "--json"])).Succeeds().Json.GetProperty("features").EnumerateArray().Select(Feature).ToArray();
        foreach (var (by, field) in ((string, string)[])[("outputscore", "outputScore"), ("tokenconfidence", "confidenceChange")])
        {
            var all = (await CliRun.Of(["concept", "select", Concepts, "--concept", "rain", "--count", "6", .. OnModel, "--rerank", by, "--candidates", "6", "--json"])).Succeeds().Json.GetProperty("features").EnumerateArray().ToArray();
            Assert.AreSequenceEqual(plain.Order().ToArray(), all.Select(Feature).Order().ToArray());
            double[] scores = [.. all.Select(row => row.GetProperty(field).GetDouble())];
            Assert.AreSequenceEqual(scores.OrderDescending().ToArray(), scores);
            Assert.IsTrue(all.All(row => row.GetProperty("tokens").GetArrayLength() == 20));

            var first = (await CliRun.Of([.. Select, .. OnModel, "--rerank", by, "--candidates", "6", "--json"])).Succeeds().Json.GetProperty("features").EnumerateArray().Select(Feature).ToArray();
            Assert.AreSequenceEqual(all.Take(2).Select(Feature).ToArray(), first);
        }

        (await CliRun.Of([.. Select, .. OnModel, "--rerank", "outputscore", "--amplify", "2", "--neutral-prompt", "One day,"])).Succeeds().Prints("output score", "speaks for");
    }

    [TestMethod]
    public async Task CheckExamplesAndControls_StandBesideTheFeatures()
    {
        string[] command = [.. Select, .. OnModel, .. Texts, "--check", "--check-texts", "4", "--examples", "2", "--control", "random-latent", "--control", "random-direction", "--control", "shuffled-labels", "--seed", "3"];
        var result = (await CliRun.Of([.. command, "--json"])).Succeeds().Json;
        var features = result.GetProperty("features").EnumerateArray().ToArray();
        Assert.HasCount(2, features);
        foreach (var feature in features)
        {
            Assert.AreEqual(2, feature.GetProperty("examples").GetArrayLength());
            var example = feature.GetProperty("examples")[0];
            Assert.AreEqual(example.GetProperty("activation").GetDouble(), example.GetProperty("activations")[example.GetProperty("peak").GetInt32()].GetDouble(), 1e-6);
            var interval = feature.GetProperty("inducesInterval");
            Assert.IsLessThanOrEqualTo(feature.GetProperty("induces").GetDouble(), interval[0].GetDouble());
            Assert.AreEqual(feature.GetProperty("bothWays").GetBoolean(), interval[0].GetDouble() > 0 && feature.GetProperty("repairsInterval")[0].GetDouble() > 0);
        }

        var controls = result.GetProperty("controls");
        foreach (var control in (string[])["random-latent", "random-direction", "shuffled-labels"])
        {
            Assert.AreEqual(2, controls.GetProperty(control).GetArrayLength(), control);
            Assert.IsTrue(controls.GetProperty(control)[0].TryGetProperty("induces", out _), control);
        }

        for (var index = 0; index < 2; index++)
        {
            Assert.AreEqual(features[index].GetProperty("length").GetDouble(), controls.GetProperty("random-latent")[index].GetProperty("length").GetDouble(), 1e-4);
            Assert.AreEqual(features[index].GetProperty("length").GetDouble(), controls.GetProperty("random-direction")[index].GetProperty("length").GetDouble(), 1e-4);
            Assert.DoesNotContain(Feature(controls.GetProperty("random-latent")[index]), features.Select(Feature).ToArray());
        }

        Assert.AreEqual(result.GetRawText(), (await CliRun.Of([.. command, "--json"])).Succeeds().Json.GetRawText());
        var table = (await CliRun.Of(command)).Succeeds().Prints("induces", "Control: random-direction", "Control: shuffled-labels", "example");
        Assert.DoesNotContain("-+", table.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("-0.000 [", table.Output, StringComparison.Ordinal);
    }

    [TestMethod]
    public async Task Policies_OfControls_AreWrittenBesideAndGenerate()
    {
        var path = _folder["calm.json"];
        var result = (await CliRun.Of([.. Select, .. OnModel, .. Texts, "--control", "random-latent", "--control", "random-direction", "--control", "shuffled-labels", "--write", path, "--operator", "ablate", "--json"])).Succeeds().Json;
        string[] controls = [.. result.GetProperty("controlPolicies").EnumerateArray().Select(entry => entry.GetString()!)];
        Assert.AreSequenceEqual(new[] { _folder["calm.random-latent.json"], _folder["calm.random-direction.json"], _folder["calm.shuffled-labels.json"] }, controls);
        Assert.AreSequenceEqual(result.GetProperty("features").EnumerateArray().Select(Feature).ToArray(), ((FeatureTarget)SteeringPolicy.Load(path).Interventions[0].Target).Features.ToArray());
        Assert.HasCount(2, SteeringPolicy.Load(controls[1]).Interventions);
        foreach (var policy in controls.Append(path))
        {
            (await CliRun.Of("generate", Stories.Folder, "--prompt", "The rain", "--policy", policy, "--sae", Stories.TopK, "--max-tokens", "2")).Succeeds();
        }
    }

    [TestMethod]
    [DataRow("diffmean")]
    [DataRow("pca")]
    [DataRow("probe")]
    public async Task Direction_IsAVectorThatAPolicyTakes(string method)
    {
        var vector = _folder[$"{method}.safetensors"];
        var result = (await CliRun.Of(["concept", "direction", Stories.Folder, .. Texts, "--concept", "rain", "--site", "1", "--method", method, "--output", vector, "--json"])).Succeeds().Json;
        Assert.IsGreaterThan(0.5, result.GetProperty("auroc").GetDouble());
        Assert.AreEqual(24, result.GetProperty("trained").GetInt32() + result.GetProperty("heldOut").GetInt32());
        var set = VectorFile.Read(vector);
        Assert.AreEqual("resid_post.1", set.Vectors.Single().Site);
        Assert.AreEqual(method, set.Method);
        Assert.AreEqual(result.GetProperty("norm").GetDouble(), Math.Sqrt(set.Vectors[0].Direction.ToArray().Sum(value => (double)value * value)), 1e-3);
        var policy = _folder[$"{method}.json"];
        File.WriteAllText(policy, $$"""{"version":1,"name":"rain","interventions":[{"target":{"vector":"{{method}}.safetensors"},"operator":"add","value":1}]}""");
        (await CliRun.Of("generate", Stories.Folder, "--prompt", "The", "--policy", policy, "--max-tokens", "2")).Succeeds();
    }

    [TestMethod]
    public async Task Spans_AndSteps_AreMeasured()
    {
        File.WriteAllLines(_folder["spans.jsonl"], Who.Select(who => $$"""{"text": "It began to rain on the {{who}}.", "spans": [{"start": 12, "end": 16, "label": "rain"}]}"""));
        (await CliRun.Of("concept", "fit", Stories.Folder, Stories.TopK, "--text", _folder["spans.jsonl"], "--outside", "other", "--output", _folder["spans.safetensors"])).Succeeds().Prints("rain 6, other 12");
        File.WriteAllLines(_folder["steps.jsonl"], Who.Select(who => $$"""{"text": "It rained.\n\nThe {{who}} sat.\n\nThe {{who}} ran.", "steps": ["rain", "play", "play"]}"""));
        (await CliRun.Of("concept", "fit", Stories.Folder, Stories.TopK, "--text", _folder["steps.jsonl"], "--pooling", "step", "--output", _folder["steps.safetensors"])).Succeeds().Prints("rain 6, play 12");
        Assert.AreEqual(ConceptPooling.Step, ConceptFile.Load(_folder["steps.safetensors"]).Origin.Pooling);
        (await CliRun.Of(["concept", "select", _folder["steps.safetensors"], "--concept", "rain", .. OnModel, "--text", _folder["steps.jsonl"], "--check"])).Fails(1, "labels steps", "labelled as a whole");
    }

    [TestMethod]
    public async Task WhatDoesNotGoTogether_IsRefusedInASentence()
    {
        (await CliRun.Of([.. Select, "--rerank", "outputscore", "--sae", Stories.TopK])).Fails(2, "run the model: give --model");
        (await CliRun.Of([.. Select, "--rerank", "outputscore", "--model", Stories.Folder])).Fails(2, "need it too");
        (await CliRun.Of([.. Select, .. OnModel, "--check"])).Fails(2, "read labelled texts: give --text");
        (await CliRun.Of([.. Select, .. OnModel])).Fails(2, "--model does nothing by itself");
        (await CliRun.Of([.. Select, .. Texts])).Fails(2, "--text does nothing by itself");
        (await CliRun.Of([.. Select, "--candidates", "9"])).Fails(2, "give --rerank too");
        (await CliRun.Of([.. Select, "--check-texts", "9"])).Fails(2, "give --check too");
        (await CliRun.Of([.. Select, "--seed", "9"])).Fails(2, "--seed does nothing by itself");
        (await CliRun.Of([.. Select, "--control", "luck"])).Fails(2, "'luck'", "random-latent or random-direction or shuffled-labels");
        (await CliRun.Of([.. Select, .. OnModel, .. Texts, "--examples", "256"])).Fails(2, "1 to 255");
        (await CliRun.Of([.. Select, .. OnModel, "--text", $"rain={_folder["rain.txt"]}", "--text", $"calm={_folder["play.txt"]}", "--control", "shuffled-labels"])).Fails(1, "the same texts only", "rain, play");
        (await CliRun.Of([.. Select, "--sae", Stories.TopK, "--model", Stories.WithTemplate, .. Texts, "--examples", "1"])).Succeeds();

        string[] direction = ["concept", "direction", Stories.Folder, .. Texts, "--site", "1", "--output", _folder["v.safetensors"]];
        (await CliRun.Of([.. direction, "--concept", "rian"])).Fails(1, "did you mean 'rain'");
        (await CliRun.Of([.. direction, "--concept", "rain", "--penalty", "2"])).Fails(2, "--penalty is the probe's");
        (await CliRun.Of(["concept", "direction", Stories.Folder, .. Texts, "--site", "7", "--concept", "rain", "--output", _folder["v.safetensors"]])).Fails(1, "resid_post.7", "resid_post.0, resid_post.1");
    }

    private static int Feature(JsonElement row) => row.GetProperty("feature").GetInt32();
}
