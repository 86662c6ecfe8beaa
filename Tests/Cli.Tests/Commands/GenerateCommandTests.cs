using System.Text.Json;
using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.Commands;

[TestClass]
public sealed class GenerateCommandTests
{
    private const double Margin = 1e-2;

    [TestMethod]
    public async Task PromptIds_GiveTheOraclesTokens()
    {
        foreach (var line in Stories.Greedy)
        {
            var expected = Stories.Ints(line.GetProperty("ids"));
            var run = (await CliRun.Of("generate", Stories.Folder, "--prompt-ids", Stories.Csv(line.GetProperty("prompt_ids")), "--max-tokens", Stories.Text(expected.Length), "--json")).Succeeds();

            var sure = Array.FindIndex(Stories.Floats(line.GetProperty("margins")), margin => margin <= Margin) is var first and >= 0 ? first : expected.Length;
            CollectionAssert.AreEqual(expected[..sure], Stories.Ints(run.Json.GetProperty("ids"))[..sure], line.GetProperty("prompt").GetString());
            if (sure == expected.Length)
            {
                Assert.AreEqual(line.GetProperty("text").GetString(), run.Json.GetProperty("text").GetString());
            }
        }
    }

    [TestMethod]
    public async Task Prompt_GetsTheTokensAroundATextThatTheTokenizerAdds()
    {
        var line = Stories.Greedy[0];
        var run = (await CliRun.Of("generate", Stories.Folder, "--prompt", line.GetProperty("prompt").GetString()!, "--max-tokens", "1", "--json")).Succeeds();
        CollectionAssert.AreEqual(Stories.Ints(line.GetProperty("prompt_ids")), Stories.Ints(run.Json.GetProperty("promptIds")));
    }

    [TestMethod]
    public async Task Json_HasTheDocumentedFieldsInTheDocumentedOrder()
    {
        var run = (await CliRun.Of("generate", Stories.Folder, "--prompt", "Once", "--max-tokens", "3", "--sae", $"main={Stories.TopK}", "--watch", "7", "--json")).Succeeds();

        CollectionAssert.AreEqual(new[] { "promptIds", "ids", "text", "finishReason", "activations", "timings" }, Names(run.Json));
        CollectionAssert.AreEqual(new[] { "loadMs", "firstTokenMs", "decodeMs", "tokensPerSecond" }, Names(run.Json.GetProperty("timings")));
        Assert.AreEqual("length", run.Json.GetProperty("finishReason").GetString());
        var site = run.Json.GetProperty("activations").EnumerateArray().Single();
        CollectionAssert.AreEqual(new[] { "site", "rows", "values" }, Names(site));
        Assert.AreEqual("resid_post.0", site.GetProperty("site").GetString());
        Assert.AreEqual("""{"label":"main#7","feature":7,"intervention":null}""", site.GetProperty("rows").EnumerateArray().Single().GetRawText());
        Assert.AreEqual(3, site.GetProperty("values").GetArrayLength());
        Assert.AreEqual(1, run.Output.Count(letter => letter == '\n'), "one object on one line");
    }

    [TestMethod]
    public async Task WithoutJson_PrintsTheTextAlone()
    {
        var line = Stories.Greedy[0];
        string[] command = ["generate", Stories.Folder, "--prompt-ids", Stories.Csv(line.GetProperty("prompt_ids")), "--max-tokens", "12"];
        var json = (await CliRun.Of([.. command, "--json"])).Succeeds().Json;
        var run = (await CliRun.Of(command)).Succeeds();
        Assert.AreEqual(json.GetProperty("text").GetString() + "\n", run.Output);
        Assert.StartsWith(json.GetProperty("text").GetString()!, line.GetProperty("text").GetString()!);
    }

    [TestMethod]
    public async Task Seed_MakesSamplingRepeatable()
    {
        Task<CliRun> Sample(string seed) => CliRun.Of("generate", Stories.Folder, "--prompt", "Once", "--max-tokens", "24", "--temperature", "1.5", "--seed", seed, "--json");
        var (first, again, other) = ((await Sample("7")).Succeeds(), (await Sample("7")).Succeeds(), (await Sample("8")).Succeeds());
        CollectionAssert.AreEqual(Stories.Ints(first.Json.GetProperty("ids")), Stories.Ints(again.Json.GetProperty("ids")));
        CollectionAssert.AreNotEqual(Stories.Ints(first.Json.GetProperty("ids")), Stories.Ints(other.Json.GetProperty("ids")));
    }

    [TestMethod]
    public async Task Stop_EndsTheTextBeforeIt()
    {
        var line = Stories.Greedy[0];
        var text = line.GetProperty("text").GetString()!;
        var run = (await CliRun.Of("generate", Stories.Folder, "--prompt-ids", Stories.Csv(line.GetProperty("prompt_ids")), "--stop", "Lily", "--json")).Succeeds();
        Assert.AreEqual(text[..text.IndexOf("Lily", StringComparison.Ordinal)], run.Json.GetProperty("text").GetString());
        Assert.AreEqual("stop", run.Json.GetProperty("finishReason").GetString());
    }

    [TestMethod]
    public async Task Policy_ChangesTheTokens_AndReportsItsFeature()
    {
        using var folder = new TemporaryFolder();
        var policy = PolicyText.Write(folder, """{"target":{"feature":7},"operator":"clamp","value":60,"unit":"raw"}""");
        var line = Stories.Greedy[0];
        var run = (await CliRun.Of("generate", Stories.Folder, "--prompt-ids", Stories.Csv(line.GetProperty("prompt_ids")), "--max-tokens", "24", "--policy", policy, "--sae", Stories.TopK, "--json")).Succeeds();

        CollectionAssert.AreNotEqual(Stories.Ints(line.GetProperty("ids"))[..24], Stories.Ints(run.Json.GetProperty("ids")));
        var row = run.Json.GetProperty("activations")[0].GetProperty("rows")[0];
        Assert.AreEqual(7, row.GetProperty("feature").GetInt32());
        Assert.AreEqual(0, row.GetProperty("intervention").GetInt32());
        Assert.AreEqual("topk#7", row.GetProperty("label").GetString());
    }

    [TestMethod]
    public async Task Policies_ActTogether()
    {
        using var folder = new TemporaryFolder();
        var first = PolicyText.Write(folder, """{"target":{"feature":7},"operator":"clamp","value":3,"unit":"raw"}""", "first.json");
        var second = PolicyText.Write(folder, """{"target":{"feature":8},"operator":"clamp","value":3,"unit":"raw"}""", "second.json");
        var run = (await CliRun.Of("generate", Stories.Folder, "--prompt", "Once", "--max-tokens", "2", "--policy", first, "--policy", second, "--sae", Stories.TopK, "--json")).Succeeds();
        var features = run.Json.GetProperty("activations")[0].GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("feature").GetInt32());
        CollectionAssert.AreEqual(new[] { 7, 8 }, features.ToArray());
    }

    [TestMethod]
    public async Task SaeWithoutSite_TakesTheOneGivenAfterIt()
    {
        string[] command = ["generate", Stories.Folder, "--prompt", "Once", "--max-tokens", "2", "--watch", "7", "--json", "--sae"];
        (await CliRun.Of([.. command, Stories.TopKWithoutSite])).Fails(1, "does not say where it belongs");
        var run = (await CliRun.Of([.. command, $"{Stories.TopKWithoutSite}@0"])).Succeeds();
        Assert.AreEqual("resid_post.0", run.Json.GetProperty("activations")[0].GetProperty("site").GetString());
    }

    [TestMethod]
    public async Task UnknownPolicyField_IsNamed()
    {
        using var folder = new TemporaryFolder();
        var policy = PolicyText.Write(folder, """{"target":{"feature":7},"operator":"add","value":1,"strenght":2}""");
        (await CliRun.Of("generate", Stories.Folder, "--prompt", "x", "--policy", policy, "--sae", Stories.TopK)).Fails(1, "strenght", "interventions[0]");
    }

    [TestMethod]
    public async Task UnknownFeature_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var policy = PolicyText.Write(folder, """{"target":{"feature":99999},"operator":"ablate"}""");
        (await CliRun.Of("generate", Stories.Folder, "--prompt", "x", "--policy", policy, "--sae", Stories.TopK)).Fails(1, "99999");
    }

    [TestMethod]
    public async Task MissingFiles_AreNamed()
    {
        using var folder = new TemporaryFolder();
        (await CliRun.Of("generate", folder["nothing"], "--prompt", "x")).Fails(1, folder["nothing"], "does not exist");
        (await CliRun.Of("generate", folder.Path, "--prompt", "x")).Fails(1, folder.Path, "genai_config.json");
        (await CliRun.Of("generate", Stories.Folder, "--prompt", "x", "--policy", folder["absent.json"])).Fails(1, "absent.json");
        (await CliRun.Of("generate", Stories.Folder, "--prompt", "x", "--watch", "7", "--sae", folder["absent"])).Fails(1, "absent");
        (await CliRun.Of("generate", Stories.Folder, "--messages", folder["absent.json"])).Fails(1, "absent.json");
    }

    [TestMethod]
    public async Task SaeThatNothingUses_IsAUsageError() =>
        (await CliRun.Of("generate", Stories.Folder, "--prompt", "x", "--sae", Stories.TopK)).Fails(2, "--sae does nothing by itself", "--policy or --watch");

    [TestMethod]
    public async Task SaeOfAnotherModel_IsRefused_EvenIfThePolicyDoesNotUseIt()
    {
        using var folder = new TemporaryFolder();
        var policy = PolicyText.Write(folder, """{"target":{"sae":"main","feature":7},"operator":"ablate"}""");
        var other = OracleFolder.Require("saes", "smollm2-l15-topk");
        (await CliRun.Of("generate", Stories.Folder, "--prompt", "x", "--policy", policy, "--sae", $"main={Stories.TopK}", "--sae", $"other={other}")).Fails(1, "576", "128");
        (await CliRun.WithInput(string.Empty, "chat", Stories.Folder, "--raw", "--sae", other)).Fails(1, "576", "128");
    }

    [TestMethod]
    public async Task WrongMessages_AreRefused()
    {
        (await CliRun.WithInput("""{"role":"user"}""", "generate", Stories.Folder, "--messages", "-")).Fails(1, "JSON array");
        (await CliRun.WithInput("""[{"role":"user","content":"x","name":"y"}]""", "generate", Stories.Folder, "--messages", "-")).Fails(1, "unknown field 'name'");
        (await CliRun.WithInput("""[{"role":"user"}]""", "generate", Stories.Folder, "--messages", "-")).Fails(1, "'content'");
        (await CliRun.WithInput("[", "generate", Stories.Folder, "--messages", "-")).Fails(1, "no JSON");
    }

    [TestMethod]
    public async Task Messages_WithoutAChatTemplate_AreRefused() =>
        (await CliRun.WithInput("""[{"role":"user","content":"x"}]""", "generate", Stories.Folder, "--messages", "-")).Fails(1, "chat template");

    [TestMethod]
    public async Task TokenOutsideTheVocabulary_IsRefused() => (await CliRun.Of("generate", Stories.Folder, "--prompt-ids", "1,999999")).Fails(1, "999999", "2047");

    [TestMethod]
    public async Task Verbose_AddsTheStackTrace()
    {
        var run = await CliRun.Of("generate", "/nowhere", "--prompt", "x", "--verbose");
        Assert.AreEqual(1, run.ExitCode);
        Assert.Contains("   at Steering.", run.Error);
    }

    [TestMethod]
    public async Task Cancelled_EndsWith130()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        var run = await CliRun.Of(string.Empty, source.Token, "generate", Stories.Folder, "--prompt", "Once");
        run.Fails(130, "cancelled");
        Assert.AreEqual(string.Empty, run.Output);
    }

    private static string[] Names(JsonElement element) => [.. element.EnumerateObject().Select(property => property.Name)];
}
