using System.Globalization;
using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.Commands;

/// <summary>On the bundle in miniature: random weights, so that the numbers mean nothing but must be the same again.</summary>
[TestClass]
public sealed class EvaluateCommandTests
{
    [TestMethod]
    public async Task AnExperiment_GivesEveryConditionAndControl_AndTheSameWhenItIsContinued()
    {
        using var folder = new TemporaryFolder();
        var file = Write(folder);
        var run = (await CliRun.Of("evaluate", file, "--output", folder["out"], "--json")).Succeeds();
        var names = run.Json.GetProperty("conditions").EnumerateArray().Select(condition => condition.GetProperty("name").GetString());
        Assert.AreSequenceEqual(["unsteered", "prompting", "loud", "loud (random features)", "loud (wrong sign)", "loud (DiffMean)"], names);
        Assert.IsEmpty(run.Json.GetProperty("missingControls").EnumerateArray().Select(missing => missing.ToString()).ToArray());
        foreach (var condition in run.Json.GetProperty("conditions").EnumerateArray())
        {
            Assert.AreEqual(3, condition.GetProperty("judges")[0].GetProperty("rate").GetProperty("total").GetInt32());
            Assert.IsGreaterThan(1.0, condition.GetProperty("perplexity").GetProperty("value").GetDouble());
        }

        var bytes = await File.ReadAllBytesAsync(folder["out/result.json"]);
        Assert.AreEqual("batch", run.Json.GetProperty("decoder").GetString());
        (await CliRun.Of("evaluate", file, "--output", folder["out"], "--resume", "--decoder", "genai")).Fails(1, "holds replies to something else");
        var genai = (await CliRun.Of("evaluate", file, "--output", folder["genai"], "--decoder", "genai", "--json")).Succeeds();
        Assert.AreEqual("genai", genai.Json.GetProperty("decoder").GetString());
        Assert.Contains("<svg", await File.ReadAllTextAsync(folder["out/report.html"]));
        (await CliRun.Of("evaluate", file, "--output", folder["out"])).Fails(1, "--resume");

        var log = folder["out/replies/loud.jsonl"];
        var lines = await File.ReadAllLinesAsync(log);
        await File.WriteAllTextAsync(log, string.Create(CultureInfo.InvariantCulture, $"{lines[0]}\n{lines[1]}\n{lines[2][..10]}"));
        (await CliRun.Of("evaluate", file, "--output", folder["out"], "--resume")).Succeeds().Prints("loud (wrong sign)", "rude counts rude replies", "warning: Only 3 replies");
        Assert.AreSequenceEqual(bytes, await File.ReadAllBytesAsync(folder["out/result.json"]));
    }

    /// <summary>The file of the trial that found it: a program beside an experiment, which nobody asked to run.</summary>
    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task AProgramOfAnExperiment_IsNotStartedUnasked()
    {
        using var folder = new TemporaryFolder();
        var file = Write(folder, "\"leaveOut\": [\"random\", \"wrongSign\", \"prompting\", \"diffMean\"]");
        var text = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(file, text.Replace("\"judges\": [", "\"judges\": [ { \"name\": \"mine\", \"kind\": \"program\", \"program\": \"./judge.sh\" },", StringComparison.Ordinal));
        await File.WriteAllTextAsync(folder["judge.sh"], $"#!/bin/sh\ntouch '{folder["ran"]}'\nwhile read line; do echo '{{\"score\": 1}}'; done\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder["judge.sh"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        (await CliRun.Of("evaluate", file, "--output", folder["out"])).Fails(1, "judges[0].program", folder["judge.sh"], "--allow-programs");
        Assert.IsFalse(File.Exists(folder["ran"]));
        (await CliRun.Of("evaluate", file, "--output", folder["out"], "--allow-programs")).Succeeds();
        Assert.IsTrue(File.Exists(folder["ran"]));
    }

    [TestMethod]
    [DataRow("sandbox:friendly", "sandbox:frendly", "'friendly'")]
    [DataRow("\"loud\"", "\"lowd\"", "no policy 'lowd'")]
    [DataRow("\"judge\": \"rude\"", "\"judge\": \"rudee\"", "'rude'")]
    [DataRow("\"leaveOut\"", "\"leaveout\"", "leaveOut")]
    public async Task ATypo_IsNamed(string old, string changed, string cure)
    {
        using var folder = new TemporaryFolder();
        var file = Write(folder, "\"leaveOut\": [\"random\"]");
        var text = await File.ReadAllTextAsync(file);
        Assert.Contains(old, text);
        await File.WriteAllTextAsync(file, text.Replace(old, changed, StringComparison.Ordinal));
        (await CliRun.Of("evaluate", file, "--output", folder["out"])).Fails(1, cure);
    }

    private static string Write(TemporaryFolder folder, string? controls = null)
    {
        File.WriteAllText(folder["a.txt"], "How lovely that you ask.\nA lovely day.");
        File.WriteAllText(folder["b.txt"], "What a stupid thing.\nYou fool.");
        File.WriteAllText(folder["experiment.json"], $$"""
            {
              "model": "sandbox", "policies": ["loud"], "maxTokens": 12, "seed": 2,
              "prompts": { "source": "sandbox:friendly", "count": 3 },
              "judges": [
                { "name": "rude", "kind": "sandbox", "judge": "rude" },
                { "name": "well-formed", "kind": "sandbox", "judge": "wellFormed", "aim": "keep" }
              ],
              "chosenBy": [],
              "controls": { {{controls ?? "\"prompting\": \"Be polite.\", \"diffMean\": { \"towards\": \"a.txt\", \"away\": \"b.txt\" }"}} }
            }
            """);
        return folder["experiment.json"];
    }
}
