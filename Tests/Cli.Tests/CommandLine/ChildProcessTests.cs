using System.Diagnostics;
using System.Globalization;
using System.Text;
using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.CommandLine;

/// <summary>What only a process of its own shows: a killed owner of a folder, and a command line that is long.</summary>
[TestClass]
public sealed class ChildProcessTests
{
    [TestMethod]
    [Timeout(240_000, CooperativeCancellation = true)]
    public async Task Harvest_BesideALiveOne_IsRefusedByItsNumber_AndAKilledOneStopsNobody()
    {
        using var folder = new TemporaryFolder();
        var text = folder.Write("text.txt", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("Once upon a time a cat saw a dog. ", 600_000))));
        string[] command = ["harvest", SandboxFixture.Bundle.ModelFolder, "--text", text, "--site", "1", "--out", folder["shards"], "--window", "64"];
        using var child = Start(folder, command);
        try
        {
            while (!File.Exists(folder["shards", "shards.json"]))
            {
                Assert.IsFalse(child.HasExited);
                await Task.Delay(20);
            }

            (await CliRun.Of(command)).Fails(1, folder["shards"], string.Create(CultureInfo.InvariantCulture, $"process {child.Id}"), "Wait until it is done");
            Assert.IsFalse(child.HasExited, "the first goes on");
        }
        finally
        {
            child.Kill();
            await child.WaitForExitAsync();
        }

        // It would be refused by the lock before it is refused by what the folder holds.
        (await CliRun.Of([.. command, "--precision", "bf16"])).Fails(1, "another harvest");
    }

    /// <summary>Usage telemetry of the native library read the whole command line, onto the stack: 28 kB ended the process.</summary>
    [TestMethod]
    [Timeout(240_000, CooperativeCancellation = true)]
    public async Task Prompt_OfThirtyTwoKilobytes_IsAnsweredOrRefusedInASentence()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Inconclusive("Skipped: Windows passes no command line of 32 kB.");
        }

        using var folder = new TemporaryFolder();
        using var child = Start(folder, ["generate", SandboxFixture.Bundle.ModelFolder, "--max-tokens", "2", "--prompt", string.Concat(Enumerable.Repeat("word ", 6554))]);
        var (output, error) = (child.StandardOutput.ReadToEndAsync(), child.StandardError.ReadToEndAsync());
        await child.WaitForExitAsync();
        Assert.IsTrue(child.ExitCode is 0 or 1, $"{child.ExitCode}: {await error}");
        if (child.ExitCode == 1)
        {
            Assert.StartsWith("error: ", await error);
            Assert.Contains("prompt", await error);
            Assert.DoesNotContain("word word", await error, "the prompt goes nowhere else");
            Assert.AreEqual(1, (await error).Count(letter => letter == '\n'));
        }

        Assert.DoesNotContain("bug in steer", await error + await output);
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }

    private static Process Start(TemporaryFolder home, string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "steer.dll"));
        Array.ForEach(arguments, start.ArgumentList.Add);
        start.Environment["HOME"] = start.Environment["TMPDIR"] = home.Path;
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        return Process.Start(start)!;
    }
}
