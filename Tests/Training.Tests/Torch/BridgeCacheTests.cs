using Steering.Training.Torch;

namespace Steering.Tests.Training.Torch;

[TestClass]
public sealed class BridgeCacheTests
{
    [TestMethod]
    public void Adapt_WritesOnceUnderTheOriginalsHash()
    {
        using var folder = new TemporaryFolder();
        var first = BridgeCache.Adapt(BridgeFile.Path(), folder.Path);
        Assert.IsNotNull(first);
        var written = File.GetLastWriteTimeUtc(first);

        var second = BridgeCache.Adapt(BridgeFile.Path(), folder.Path);

        Assert.AreEqual(first, second);
        Assert.AreEqual(written, File.GetLastWriteTimeUtc(first));
        Assert.AreEqual(Steering.IO.Fingerprint.Sha256(BridgeFile.Path()), Path.GetFileName(Path.GetDirectoryName(first)));
        Assert.HasCount(1, Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories));
    }

    [TestMethod]
    public void Adapt_WhereTheCopyWasTamperedWith_WritesItAnew()
    {
        using var folder = new TemporaryFolder();
        var path = BridgeCache.Adapt(BridgeFile.Path(), folder.Path)!;
        var whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, [.. whole[..^1], (byte)(whole[^1] ^ 1)]);

        _ = BridgeCache.Adapt(BridgeFile.Path(), folder.Path);

        Assert.AreSequenceEqual(whole, File.ReadAllBytes(path));
    }

    [TestMethod]
    public void Adapt_OfAFileThatNeedsNothing_LeavesItAlone()
    {
        _ = BridgeFile.Path();
        using var folder = new TemporaryFolder();

        Assert.IsNull(BridgeCache.Adapt(new TorchLibraries().Find("libtorch_global_deps.so"), folder.Path));
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void Adapt_WhereTheFolderCannotBeMade_SaysWhatToSet()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "file");
        File.WriteAllText(file, string.Empty);

        Refusal.Of(() => BridgeCache.Adapt(BridgeFile.Path(), file), "XDG_CACHE_HOME");
    }
}
