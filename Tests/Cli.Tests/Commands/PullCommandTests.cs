using Steering.Tests.Cli.Support;
using Steering.Tests.Export.Hub.Support;

namespace Steering.Tests.Cli.Commands;

[TestClass]
[DoNotParallelize]
public sealed class PullCommandTests
{
    private const string Token = "hf_0123456789secret";

    private static readonly byte[] Weights = FakeHub.Bytes(120_000);

    [TestMethod]
    public async Task Pull_SaysWhatItBrought_WhatItLeft_AndWhatComesNext()
    {
        using var folder = new TemporaryFolder();
        using var hub = Model();
        var run = (await CliRun.Of("pull", "org/name", "--endpoint", hub.Server.Address.OriginalString, "--out", folder["out"])).Succeeds();
        run.Prints("2 files of org/name at commit " + FakeHub.Commit, "120.0 kB", "2 of them new", "Python pickles", "pytorch_model.bin", $"Next: steer import {folder["out"]} models/name --sites all");
        Assert.IsTrue(File.Exists(folder["out", "model.safetensors"]));

        (await CliRun.Of("pull", "org/name", "--endpoint", hub.Server.Address.OriginalString, "--out", folder["out"])).Succeeds().Prints("all there already");
    }

    [TestMethod]
    public async Task Json_HasEveryFile_AndWhyOthersStay()
    {
        using var folder = new TemporaryFolder();
        using var hub = Model();
        var json = (await CliRun.Of("pull", "org/name@v1", "--endpoint", hub.Server.Address.OriginalString, "--out", folder["out"], "--json")).Succeeds().Json;
        Assert.AreEqual(FakeHub.Commit, json.GetProperty("commit").GetString());
        Assert.AreEqual("v1", json.GetProperty("revision").GetString());
        Assert.AreEqual("sha256:" + FakeHub.Sha256(Weights), json.GetProperty("files")[1].GetProperty("hash").GetString());
        Assert.Contains("pickles", json.GetProperty("leftOut")[0].GetProperty("reason").GetString()!);
        Assert.StartsWith("steer import ", json.GetProperty("next").GetString());
        Assert.AreEqual(Weights.Length + 2, json.GetProperty("bytesReceived").GetInt64());
    }

    [TestMethod]
    public async Task FilesOfAnSae_AreLookedAtNext()
    {
        using var folder = new TemporaryFolder();
        using var hub = new FakeHub().Add("blocks.8/cfg.json", "{}").Add("blocks.8/sae_weights.safetensors", Weights, large: true).Add("blocks.9/cfg.json", "{}");
        var run = (await CliRun.Of("pull", "org/name", "--endpoint", hub.Server.Address.OriginalString, "--out", folder["saes"], "--file", "blocks.8/*")).Succeeds();
        run.Prints("Left out, not named by --file: blocks.9/cfg.json", $"Next: steer info {folder["saes", "blocks.8"]}");
        Assert.IsFalse(Directory.Exists(folder["saes", "blocks.9"]));
    }

    [TestMethod]
    public async Task Variables_GiveEndpointAndToken_AndTheTokenIsNotPrinted()
    {
        using var folder = new TemporaryFolder();
        using var hub = Model();
        hub.Next("/revision/", hub.HonestAsync, call => call.AnswerAsync(401, string.Empty));
        var (endpoint, token) = (Environment.GetEnvironmentVariable("HF_ENDPOINT"), Environment.GetEnvironmentVariable("HF_TOKEN"));
        try
        {
            Environment.SetEnvironmentVariable("HF_ENDPOINT", hub.Server.Address.OriginalString);
            Environment.SetEnvironmentVariable("HF_TOKEN", Token + "\n");
            var run = (await CliRun.Of("pull", "org/name", "--out", folder["out"], "--verbose")).Succeeds();
            Assert.DoesNotContain(Token, run.Output);
            Assert.IsTrue(hub.Server.Calls.All(call => call.Header("Authorization") == $"Bearer {Token}"));
            var refused = await CliRun.Of("pull", "org/name", "--out", folder["out"], "--verbose");
            Assert.AreEqual(1, refused.ExitCode);
            Assert.Contains("does not accept HF_TOKEN", refused.Error);
            Assert.DoesNotContain(Token, refused.Error + refused.Output);
        }
        finally
        {
            Environment.SetEnvironmentVariable("HF_ENDPOINT", endpoint);
            Environment.SetEnvironmentVariable("HF_TOKEN", token);
        }
    }

    [TestMethod]
    public async Task Cancelled_SaysWhatIsKept_AndGoesOn()
    {
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        using var hub = Model();
        hub.Next("model.safetensors", async call =>
        {
            await call.HeadAsync(200, $"Content-Length: {Weights.Length}");
            await call.SendAsync(Weights.AsMemory(0, 50_000));
            while (!Directory.GetFiles(folder["out", ".steer-pull"], "*.part").Any(part => new FileInfo(part).Length == 50_000))
            {
                await Task.Delay(5);
            }

            await source.CancelAsync();
            await call.UntilClosedAsync();
        });
        string[] command = ["pull", "org/name", "--endpoint", hub.Server.Address.OriginalString, "--out", folder["out"]];
        var run = await CliRun.Of(string.Empty, source.Token, command);
        Assert.AreEqual(130, run.ExitCode, run.Error);
        Assert.Contains("Go on with: steer pull", run.Error);
        Assert.IsFalse(File.Exists(folder["out", "model.safetensors"]));
        (await CliRun.Of("import", folder["out"], folder["model"])).Fails(1, "did not finish", "steer pull");

        (await CliRun.Of(command)).Succeeds().Prints("70.0 kB received");
        Assert.AreSequenceEqual(Weights, await File.ReadAllBytesAsync(folder["out", "model.safetensors"]));
    }

    [TestMethod]
    public async Task AtATerminal_ShowsHowFarItIs()
    {
        using var folder = new TemporaryFolder();
        using var terminal = new ScriptedTerminal();
        using var hub = Model();
        var run = (await CliRun.AtTerminal(terminal, "pull", "org/name", "--endpoint", hub.Server.Address.OriginalString, "--out", folder["out"])).Succeeds();
        run.Prints("%", "Next: steer import");
    }

    [TestMethod]
    [DataRow("gpt2", "ORG/NAME[@revision] was expected")]
    [DataRow("https://huggingface.co/org/name", "ORG/NAME[@revision] was expected")]
    public async Task WrongRepository_IsRefused_BeforeAnyRequest(string repository, string part) =>
        (await CliRun.Of("pull", repository, "--endpoint", "http://127.0.0.1:1")).Fails(1, part);

    [TestMethod]
    public async Task WrongEndpoint_IsRefused() => (await CliRun.Of("pull", "org/name", "--endpoint", "huggingface.co")).Fails(1, "The endpoint 'huggingface.co'");

    [TestMethod]
    public async Task HostThatIsNotThere_IsOneLine() => (await CliRun.Of("pull", "org/name", "--endpoint", "http://127.0.0.1:1")).Fails(1, "127.0.0.1:1 cannot be reached");

    private static FakeHub Model() => new FakeHub().Add("model.safetensors", Weights, large: true).Add("config.json", "{}").Add("pytorch_model.bin", FakeHub.Bytes(5));
}
