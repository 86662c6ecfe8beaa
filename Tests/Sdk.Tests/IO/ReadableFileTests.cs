using System.Diagnostics;
using Steering.IO;

namespace Steering.Tests.Sdk.IO;

/// <summary>Opening a pipe waits for ever; only regular files are opened.</summary>
[TestClass]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows, IgnoreMessage = "Windows has no pipes among its files.")]
public sealed class ReadableFileTests
{
    [TestMethod]
    [Timeout(60_000, CooperativeCancellation = false)]
    public void APipe_IsRefusedAtOnce()
    {
        using var folder = new TemporaryFolder();
        MakePipe(folder["pipe"]);
        File.CreateSymbolicLink(folder["link"], "pipe");

        Refusal.Of(() => ReadableFile.Open(folder["pipe"]), folder["pipe"], "no regular file", "to a file");
        Refusal.Of(() => ReadableFile.ReadAllBytes(folder["link"], 10), folder["link"], "no regular file");
        Refusal.Of(() => ReadableFile.RequireRegular(folder["pipe"]), "no regular file");
    }

    [TestMethod]
    public void ADevice_IsRefused() => Refusal.Of(() => ReadableFile.Open("/dev/zero"), "/dev/zero", "no regular file");

    [TestMethod]
    public void RegularFiles_AreOpened_EmptyOnesAndLinksToo()
    {
        using var folder = new TemporaryFolder();
        folder.Write("empty", []);
        folder.Write("full", [1, 2]);
        File.CreateSymbolicLink(folder["to-empty"], "empty");
        File.CreateSymbolicLink(folder["to-full"], folder["full"]);
        File.CreateSymbolicLink(folder["to-nothing"], "nothing");

        Assert.IsEmpty(ReadableFile.ReadAllBytes(folder["empty"], 10));
        Assert.IsEmpty(ReadableFile.ReadAllBytes(folder["to-empty"], 10));
        Assert.HasCount(2, ReadableFile.ReadAllBytes(folder["to-full"], 10));
        Refusal.Of(() => ReadableFile.Open(folder["to-nothing"]), "does not exist");
        Refusal.Of(() => ReadableFile.Open(folder.Path), "is a folder");
        ReadableFile.RequireRegular(folder["to-nothing"]);
    }

    /// <summary>Makes a named pipe.</summary>
    public static void MakePipe(string path)
    {
        using var process = Process.Start("mkfifo", [path]);
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, path);
    }
}
