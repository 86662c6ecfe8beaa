using Steering.IO;

namespace Steering.Tests.Sdk.IO;

/// <summary>A disk that is full, or cannot be written, is said with the file, the bytes and the cure.</summary>
[TestClass]
public sealed class WriteFailureTests
{
    private static readonly int NoSpace = OperatingSystem.IsWindows() ? unchecked((int)0x80070070) : 28;

    [TestMethod]
    public void FullDisk_WhileAFileIsWritten_NamesFileBytesAndCure_AndLeavesNothing()
    {
        using var folder = new TemporaryFolder();
        Refusal.Of(
            () => AtomicFile.Write(folder["weights"], _ => throw new IOException("No space left on device", NoSpace), bytes: 1_500_000),
            folder["weights"],
            "the disk is full",
            "1.5 MB needed",
            "free",
            "Make room on it, or choose a folder on another disk");
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void Space_IsAskedForBefore()
    {
        using var folder = new TemporaryFolder();
        var begun = false;
        Refusal.Of(() => AtomicFile.Write(folder["weights"], _ => begun = true, bytes: long.MaxValue), folder["weights"], "needs 9.2 EB", "free", "Make room");
        Assert.IsFalse(begun);
        DiskSpace.Require("x", needed: 5, free: 5);
        DiskSpace.Require("x", needed: 5, free: null);
        Refusal.Of(() => DiskSpace.Require("x", needed: 6000, free: 5000, "use --tokens"), "x cannot be written", "needs 6.0 kB", "5.0 kB free", "or use --tokens");
        Assert.IsGreaterThan(0, DiskSpace.Free(folder["not", "there"])!.Value);
    }

    [TestMethod]
    [DataRow(30, "can only be read")]
    [DataRow(27, "holds no file as large")]
    [DataRow(122, "quota")]
    [DataRow(5, "Input/output error")]
    public void Causes_AreSaidInWords(int error, string said)
    {
        var failure = new IOException("Input/output error.", error);
        Assert.Contains(said, WriteFailure.Cause(failure));
        Assert.AreEqual(error != 5, WriteFailure.IsOfWriting(failure));
    }

    [TestMethod]
    public void Permission_IsSaid()
    {
        Assert.Contains("permission is denied", WriteFailure.Cause(new UnauthorizedAccessException("Access to the path is denied.")));
        Assert.IsFalse(WriteFailure.IsOfWriting(new UnauthorizedAccessException()));
    }

    /// <summary>What is written into a folder under construction is named by where it is to be.</summary>
    [TestMethod]
    public void Temporaries_AreShownByTheirFinalNames()
    {
        using var root = new TemporaryFolder();
        using var made = AtomicFolder.Create(root["sae"]);
        var failure = Refusal.Of(() => AtomicFile.Write(Path.Combine(made.WorkingPath, "weights"), _ => throw new IOException("full", NoSpace)), root["sae", "weights"]);
        Assert.DoesNotContain(".tmp", failure.Message);
    }
}
