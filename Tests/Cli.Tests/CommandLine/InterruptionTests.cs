using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.CommandLine;

/// <summary>Ctrl+C ends with one line that says what is kept and how to go on.</summary>
[TestClass]
public sealed class InterruptionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task WhatKeepsNothing_SaysSo_WithTheCommand()
    {
        (await Cancelled("import", "sandbox", _folder["a model"])).Fails(130, "cancelled; nothing was kept", $"Begin again with: steer import sandbox {Quoted(_folder["a model"])}");
        (await Cancelled("concept", "fit", "sandbox", "late-topk", "--text", $"a={Text()}", "--text", $"b={Text()}", "--output", _folder["c.safetensors"])).Fails(130, "nothing was kept", "steer concept fit sandbox late-topk");
        Assert.IsFalse(Path.Exists(_folder["a model"]) || Path.Exists(_folder["c.safetensors"]));
    }

    [TestMethod]
    public async Task Harvest_NamesItsShards_AndTheSameCommand()
    {
        string[] command = ["harvest", "sandbox", "--text", Text(), "--site", "1", "--out", _folder["shards"], "--window", "32"];
        (await Cancelled(command)).Fails(130, "nothing was kept");
        (await CliRun.Of(command)).Succeeds();
        (await Cancelled(command)).Fails(130, $"{_folder["shards"]} keeps the ", "tokens whose shards are written", "Go on with: steer harvest");
    }

    [TestMethod]
    public async Task Train_NamesTheRun_AndItsStep_AndResume()
    {
        string[] command = ["train", "sandbox", Text(), _folder["sae"], "--site", "1", "--window", "32"];
        (await Cancelled(command)).Fails(130, "nothing was kept");
        Directory.CreateDirectory(_folder["sae.training", "step-000001500"]);
        _folder.Write(Path.Combine("sae.training", "step-000001500", "source.state"), []);
        (await Cancelled(command)).Fails(130, $"{_folder["sae.training"]} keeps the run up to step 1,500", "Go on with: steer train", "--resume");
    }

    [TestMethod]
    public async Task Evaluate_NamesItsReplies_AndResume()
    {
        var experiment = _folder.Write("experiment.json", """{"model": "sandbox", "policies": ["loud"], "prompts": {"source": "sandbox:friendly", "count": 3}, "judges": [{"name": "rude", "kind": "sandbox", "judge": "rude"}], "chosenBy": []}"""u8);
        Directory.CreateDirectory(_folder["out", "replies"]);
        _folder.Write(Path.Combine("out", "replies", "unsteered.jsonl"), "{}"u8);
        (await Cancelled("evaluate", experiment, "--output", _folder["out"])).Fails(130, $"{_folder["out"]} keeps what was replied so far", "--resume");
    }

    [TestMethod]
    public async Task WhatAnswersAtOnce_IsOnlyCancelled() =>
        Assert.AreEqual("error: cancelled.\n", (await Cancelled("generate", "sandbox", "--prompt", "hi")).Error);

    private static string Quoted(string path) => OperatingSystem.IsWindows() ? $"\"{path}\"" : $"'{path}'";

    private static async Task<CliRun> Cancelled(params string[] command)
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        return await CliRun.Of(string.Empty, source.Token, command);
    }

    private string Text() => _folder.Write("text.txt", System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("Once upon a time a cat saw a dog. ", 40))));
}
