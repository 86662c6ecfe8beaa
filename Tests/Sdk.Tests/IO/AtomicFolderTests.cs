using Steering.IO;

namespace Steering.Tests.Sdk.IO;

[TestClass]
public sealed class AtomicFolderTests
{
    [TestMethod]
    public void Commit_GivesTheFolderItsName()
    {
        using var root = new TemporaryFolder();
        using (var folder = AtomicFolder.Create(root["parent", "out"] + "/"))
        {
            File.WriteAllText(Path.Combine(folder.WorkingPath, "f"), "x");
            Assert.IsFalse(Directory.Exists(root["parent", "out"]));
            folder.Commit();
        }

        Assert.AreEqual("x", File.ReadAllText(root["parent", "out", "f"]));
        Assert.HasCount(1, Directory.GetFileSystemEntries(root["parent"]));
    }

    [TestMethod]
    public void Dispose_WithoutCommit_LeavesNothing()
    {
        using var root = new TemporaryFolder();
        using (var folder = AtomicFolder.Create(root["out"]))
        {
            File.WriteAllText(Path.Combine(folder.WorkingPath, "f"), "x");
        }

        Assert.IsEmpty(Directory.GetFileSystemEntries(root.Path));
    }

    [TestMethod]
    public void Create_OverAnEmptyFolder_TakesItsPlace()
    {
        using var root = new TemporaryFolder();
        Directory.CreateDirectory(root["out"]);
        using var folder = AtomicFolder.Create(root["out"]);
        File.WriteAllText(Path.Combine(folder.WorkingPath, "f"), "x");
        folder.Commit();
        Assert.IsTrue(File.Exists(root["out", "f"]));
    }

    [TestMethod]
    public void Create_OverSomething_Refuses()
    {
        using var root = new TemporaryFolder();
        root.Write("file", [1]);
        Refusal.Of(() => AtomicFolder.Create(root["file"]), "is a file; a new folder was expected");
        Refusal.Of(() => AtomicFolder.Create(root.Path), "exists and is not empty");
        Refusal.Of(() => AtomicFolder.Create(root["file", "below"]), "cannot be written");
    }

    [TestMethod]
    public void Commit_WhenTheNameWasTaken_RefusesAndCleansUp()
    {
        using var root = new TemporaryFolder();
        using (var folder = AtomicFolder.Create(root["out"]))
        {
            Directory.CreateDirectory(root["out", "other"]);
            Refusal.Of(folder.Commit, "exists and is not empty");
        }

        Assert.HasCount(1, Directory.GetFileSystemEntries(root.Path));
    }
}
