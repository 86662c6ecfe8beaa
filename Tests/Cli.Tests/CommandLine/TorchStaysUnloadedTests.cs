using System.Diagnostics;
using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.CommandLine;

/// <summary>Commands that train nothing leave libtorch, half a gigabyte, on the disk.</summary>
[TestClass]
public sealed class TorchStaysUnloadedTests
{
    [TestMethod]
    [DataRow("--help")]
    [DataRow("generate --help")]
    [DataRow("info MODEL")]
    [DataRow("tokenize MODEL hello")]
    [DataRow("sae encode --help")]
    [DataRow("generate MODEL --prompt Once --max-tokens 2")]
    public async Task Command_ThatTrainsNothing_LoadsNoTorch(string arguments)
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Inconclusive("Skipped: the loader's log is read, which glibc writes.");
        }

        var model = arguments.Contains("MODEL", StringComparison.Ordinal) ? Model() : string.Empty;
        using var folder = new TemporaryFolder();

        var loaded = await LibrariesOf(folder.Path, [.. arguments.Split(' ').Select(argument => argument == "MODEL" ? model : argument)]);

        Assert.Contains("libcoreclr.so", loaded, "the log says nothing about the process");
        Assert.DoesNotContain("libtorch", loaded);
        Assert.DoesNotContain("LibTorchSharp", loaded);
    }

    private static string Model() => Stories.Folder;

    private static async Task<string> LibrariesOf(string folder, string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "steer.dll"));
        Array.ForEach(arguments, start.ArgumentList.Add);
        start.Environment["LD_DEBUG"] = "files";
        start.Environment["LD_DEBUG_OUTPUT"] = Path.Combine(folder, "loader");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.AreEqual(0, process.ExitCode, await error + await output);
        return string.Concat(Directory.GetFiles(folder).Select(File.ReadAllText));
    }
}
