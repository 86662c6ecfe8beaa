using System.Diagnostics;
using System.Text;
using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.CommandLine;

/// <summary>
/// Nothing leaves the machine: the native libraries' usage telemetry, on by default, is off in every process of this
/// project. The children have an empty home and temporary folder and no variable that hides the telemetry in CI.
/// </summary>
[TestClass]
public sealed class PrivacyTests
{
    private const string Tracer = "/usr/bin/strace";

    private static readonly string[] Traces = ["deviceid", ".ses", ".onnxruntime", "DeveloperTools"];

    public required TestContext TestContext { get; init; }

    [TestMethod]
    [TestCategory("Slow")]
    public async Task Decoding_LeavesNoTelemetry_AndOpensNoSocket()
    {
        using var folder = new TemporaryFolder();

        var files = await FilesAfter(folder, "generate", Stories.Folder, "--prompt", "Once", "--max-tokens", "2");

        AssertNoTelemetry(files);
    }

    [TestMethod]
    [TestCategory("Slow")]
    public async Task HarvestAndATrainingStep_LeaveNoTelemetry_AndOpenNoSocket()
    {
        using var folder = new TemporaryFolder();
        var text = folder.Write("text.txt", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("Once upon a time there was a dog.\n\n", 400))));

        var files = await FilesAfter(
            folder,
            "train", Stories.Folder, text, folder["sae"], "--site", "1", "--latents", "256", "--k", "4", "--tokens", "2048", "--eval-windows", "4");

        AssertNoTelemetry(files);
    }

    private static void AssertNoTelemetry(IReadOnlyList<string> files)
    {
        foreach (var trace in Traces)
        {
            Assert.DoesNotContain(file => file.Contains(trace, StringComparison.OrdinalIgnoreCase), files, trace);
        }
    }

    /// <summary>Runs the command line as a process of its own and returns every file that it left in its home and temporary folder.</summary>
    private async Task<IReadOnlyList<string>> FilesAfter(TemporaryFolder folder, params string[] arguments)
    {
        var home = Directory.CreateDirectory(folder["home"]).FullName;
        var temporary = Directory.CreateDirectory(folder["tmp"]).FullName;
        var log = folder["sockets.log"];
        var tracer = OperatingSystem.IsLinux() && File.Exists(Tracer) ? Tracer : null;
        var start = new ProcessStartInfo(tracer ?? Environment.ProcessPath!) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        if (tracer is not null)
        {
            string[] trace = ["-f", "-qq", "-e", "trace=socket", "-o", log, Environment.ProcessPath!];
            Array.ForEach(trace, start.ArgumentList.Add);
        }

        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "steer.dll"));
        Array.ForEach(arguments, start.ArgumentList.Add);
        start.Environment.Clear();
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH");
        start.Environment["HOME"] = start.Environment["USERPROFILE"] = home;
        start.Environment["TMPDIR"] = start.Environment["TEMP"] = start.Environment["TMP"] = temporary;

        // The runtime's own debugging port is a socket and a file in the temporary folder; neither is of this project.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(TestContext.CancellationToken);
        Assert.AreEqual(0, process.ExitCode, await error + await output);
        if (tracer is not null)
        {
            Assert.DoesNotContain("AF_INET", await File.ReadAllTextAsync(log, TestContext.CancellationToken));
        }
        else
        {
            TestContext.WriteLine("strace is not on this machine: that no socket was opened was not looked at.");
        }

        return [.. Directory.EnumerateFileSystemEntries(home, "*", All).Concat(Directory.EnumerateFileSystemEntries(temporary, "*", All))];
    }

    private static EnumerationOptions All => new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None };
}
