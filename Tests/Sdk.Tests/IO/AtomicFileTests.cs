using Steering.IO;

namespace Steering.Tests.Sdk.IO;

[TestClass]
public sealed class AtomicFileTests
{
    [TestMethod]
    public void Write_ReplacesAnExistingFile()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.WriteAllText(folder["a.txt"], "old");
        AtomicFile.WriteAllText(folder["a.txt"], "naïve");
        CollectionAssert.AreEqual("naïve"u8.ToArray(), File.ReadAllBytes(folder["a.txt"]));
        Assert.HasCount(1, Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void Write_WhenTheWriterFails_KeepsTheOldFileAndNothingElse()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.WriteAllBytes(folder["a"], new byte[] { 1, 2 });
        Assert.ThrowsExactly<InvalidOperationException>(() => AtomicFile.Write(folder["a"], stream =>
        {
            stream.WriteByte(9);
            throw new InvalidOperationException("interrupted");
        }));
        CollectionAssert.AreEqual(new byte[] { 1, 2 }, File.ReadAllBytes(folder["a"]));
        Assert.HasCount(1, Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void Write_BeforeTheEnd_ShowsNothingUnderTheFinalName()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.Write(folder["a"], _ => Assert.IsFalse(File.Exists(folder["a"])));
        Assert.IsTrue(File.Exists(folder["a"]));
    }

    [TestMethod]
    public void Write_WithoutAFolderOrOverOne_Refuses()
    {
        using var folder = new TemporaryFolder();
        Refusal.Of(() => AtomicFile.WriteAllText(folder["none", "a"], ""), "its folder does not exist");
        Refusal.Of(() => AtomicFile.WriteAllText(folder.Path, ""), "a folder has that name");
    }

    [TestMethod]
    public void ReadAllBytes_BeyondTheMaximum_Refuses()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a", new byte[11]);
        Assert.HasCount(11, ReadableFile.ReadAllBytes(path, 11));
        Refusal.Of(() => ReadableFile.ReadAllBytes(path, 10), "has 11 bytes; at most 10 were expected");
    }
}
