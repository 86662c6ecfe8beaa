using System.Diagnostics;
using System.Text;
using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.Commands;

/// <summary>Commands on a disk that is full: what was to be written, what it needs, what is free, and what to do.</summary>
[TestClass]
public sealed class FullDiskTests
{
    [TestMethod]
    public async Task Writers_OnASmallDisk_SayWhatTheyNeed_AndLeaveNothing()
    {
        using var folder = new TemporaryFolder();
        var text = folder.Write("text.txt", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("Once upon a time a cat saw a dog. ", 400))));
        var disk = Directory.CreateDirectory(folder["disk"]).FullName;
        await Mount("mount", "-t", "tmpfs", "-o", "size=64k", "steering-test", disk);
        try
        {
            string[] cure = ["free", "Make room on it, or choose a folder on another disk"];
            (await CliRun.Of("import", "sandbox", Path.Combine(disk, "model"))).Fails(1, [Path.Combine(disk, "model"), "needs ", .. cure]);
            (await CliRun.Of("trace", "sandbox", "--prompt", "Once upon a time a cat saw a dog and a bird and a horse in the park.", "--output", Path.Combine(disk, "trace.safetensors"))).Fails(1, [Path.Combine(disk, "trace.safetensors"), "needs ", .. cure]);
            (await CliRun.Of("harvest", "sandbox", "--text", text, "--site", "1", "--out", Path.Combine(disk, "shards"), "--window", "32")).Fails(1, [Path.Combine(disk, "shards"), "needs ", .. cure]);

            // The first training of a process says that libtorch is loaded; the refusal is the last line.
            var train = await CliRun.Of("train", "sandbox", text, Path.Combine(disk, "sae"), "--site", "1", "--window", "32", "--latents", "4096", "--tokens", "5120");
            (train with { Error = train.Error[train.Error.IndexOf("error: ", StringComparison.Ordinal)..] }).Fails(1, [Path.Combine(disk, "sae.training"), "needs ", .. cure]);
            Assert.IsEmpty(Directory.GetFileSystemEntries(disk));
        }
        finally
        {
            await Mount("umount", disk);
        }
    }

    private static async Task Mount(string program, params string[] arguments)
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Inconclusive("Skipped: a small disk is made with tmpfs, which Linux has.");
        }

        using var run = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        var error = await run.StandardError.ReadToEndAsync();
        await run.WaitForExitAsync();
        if (run.ExitCode != 0)
        {
            Assert.Inconclusive($"Skipped: a small disk cannot be mounted here, which needs root: {error.Trim()}");
        }
    }
}
