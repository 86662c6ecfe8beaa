using System.Diagnostics;
using Steering.IO;

namespace Steering.Tests.Sdk.IO;

[TestClass]
public sealed class ReadableFileTests
{
    [TestMethod]
    public void WhatIsNoFile_IsRefusedWithTheWayToGiveIt()
    {
        using var folder = new TemporaryFolder();
        Refusal.Of(() => ReadableFile.Open(folder.Path), "is a folder");
        Refusal.Of(() => ReadableFile.Open(folder["none"]), "does not exist");
        Assert.IsEmpty(ReadableFile.ReadAllBytes(folder.Write("empty", []), 10));
    }

    /// <summary>Nobody writes the pipe: opening it as a file would wait for ever.</summary>
    [TestMethod]
    [Timeout(60_000, CooperativeCancellation = true)]
    public async Task PipesAndDevices_AreRefused_WithoutWaiting()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Inconclusive("Skipped: Windows has no pipes in its file system.");
        }

        using var folder = new TemporaryFolder();
        using (var made = Process.Start("mkfifo", folder["pipe"]))
        {
            await made.WaitForExitAsync();
        }

        Refusal.Of(() => ReadableFile.Open(folder["pipe"]), folder["pipe"], "is a pipe", "Write its content to a file first");
        Refusal.Of(() => ReadableFile.Open("/dev/null"), "/dev/null", "is a device");
    }
}
