using System.Runtime.InteropServices;
using System.Text;
using Steering.Training.Torch;

namespace Steering.Tests.Training.Torch;

[TestClass]
public sealed class BridgePatchTests
{
    [TestMethod]
    public void Apply_OnThePackagesBridge_RemovesTheNeedAndNothingElse()
    {
        var image = BridgeFile.Image();
        Assert.IsTrue(BridgePatch.IsNeeded(image));

        var adapted = BridgePatch.Apply(image);

        var after = new ElfImage("adapted", adapted);
        Assert.IsFalse(BridgePatch.IsNeeded(after));
        Assert.DoesNotContain(import => import.Name == "_ZSt21ios_base_library_initv", ElfImport.ReadAll(after));
        Assert.HasCount(ElfImport.ReadAll(image).Count, ElfImport.ReadAll(after));
        Assert.HasCount(image.Bytes.Length, adapted);
        var changed = Enumerable.Range(0, adapted.Length).Count(index => adapted[index] != image.Bytes[index]);
        Assert.IsInRange(1, 14, changed);
    }

    [TestMethod]
    public void Apply_LeavesTheOriginalBytesAlone()
    {
        var image = BridgeFile.Image();
        _ = BridgePatch.Apply(image);

        Assert.AreSequenceEqual(File.ReadAllBytes(image.Source), image.Bytes);
    }

    [TestMethod]
    public void Apply_AgreesWithTheVersionsThatTheToolchainReads()
    {
        // Read off with readelf -V: version 18 is GLIBCXX_3.4.32, 20 is GLIBCXX_3.4.19, and one symbol needs the former.
        var image = BridgeFile.Image();
        var needs = ElfVersionNeed.ReadAll(image);
        Assert.HasCount(28, needs);
        Assert.AreEqual(18, needs.Single(need => need.Name == "GLIBCXX_3.4.32").Index);
        Assert.AreEqual(20, needs.Single(need => need.Name == "GLIBCXX_3.4.19").Index);
        Assert.AreEqual("_ZSt21ios_base_library_initv", ElfImport.ReadAll(image).Single(import => import.Version == 18).Name);
    }

    [TestMethod]
    public void Apply_Result_LoadsIntoThisProcess()
    {
        TorchRuntime.EnsureLoaded();
        using var folder = new TemporaryFolder();
        var path = BridgeCache.Adapt(BridgeFile.Path(), folder.Path);
        Assert.IsNotNull(path);

        var handle = NativeLibrary.Load(path);

        Assert.AreNotEqual(0, NativeLibrary.GetExport(handle, "THSTorch_manual_seed"));
        NativeLibrary.Free(handle);
    }

    [TestMethod]
    public void Apply_WithoutThatNeed_IsRefused()
    {
        var adapted = new ElfImage("adapted", BridgePatch.Apply(BridgeFile.Image()));

        Refusal.Of(() => BridgePatch.Apply(adapted), "adapted", "GLIBCXX_3.4.32", "newer libstdc++");
    }

    [TestMethod]
    [DataRow("_ZSt21ios_base_library_initv")]
    [DataRow("_ZNSt6chrono3_V212steady_clock3nowEv")]
    [DataRow("GLIBCXX_3.4.19")]
    [DataRow("libstdc++.so.6")]
    public void Apply_WhereANameDiffers_IsRefused(string name)
    {
        var image = BridgeFile.Image();
        image.Bytes[BridgeFile.PlaceOf(image.Bytes, name) + name.Length - 1] ^= 1;

        Refusal.Of(() => BridgePatch.Apply(image), "is not the TorchSharp 0.107 library", "newer libstdc++");
    }

    [TestMethod]
    public void Apply_WhereAnotherSymbolNeedsTheVersion_IsRefused()
    {
        var image = BridgeFile.Image();
        var other = ElfImport.ReadAll(image).First(import => import.Name == "memcpy");
        image.Bytes[other.VersionPlace] = 18;

        Refusal.Of(() => BridgePatch.Apply(image), "is not the TorchSharp 0.107 library");
    }

    [TestMethod]
    public void IsNeeded_OfALibraryThatNeedsNothingNewer_IsFalse()
    {
        _ = BridgeFile.Path();
        var path = new TorchLibraries().Find("libtorch_global_deps.so");

        Assert.IsFalse(BridgePatch.IsNeeded(new ElfImage(path, File.ReadAllBytes(path))));
    }

    [TestMethod]
    public void ElfImage_OfOtherFiles_IsRefused()
    {
        Refusal.Of(() => _ = new ElfImage("empty", []), "empty", "shared object");
        Refusal.Of(() => _ = new ElfImage("text", Encoding.ASCII.GetBytes(new string('x', 100))), "text", "shared object");
    }

    [TestMethod]
    public void Apply_OnDamagedFiles_RefusesInASentenceOrKeepsTheLength()
    {
        var original = BridgeFile.Image().Bytes;
        var random = new Random(1);
        for (var trial = 0; trial < 200; trial++)
        {
            var bytes = trial % 2 == 0 ? original[..random.Next(original.Length)] : Flipped(original, random);
            try
            {
                Assert.HasCount(bytes.Length, BridgePatch.Apply(new ElfImage("damaged", bytes)));
            }
            catch (SteeringException refusal)
            {
                Assert.Contains("damaged", refusal.Message);
            }
        }
    }

    private static byte[] Flipped(byte[] original, Random random)
    {
        byte[] bytes = [.. original];
        for (var flips = 0; flips < 8; flips++)
        {
            // Headers, version needs and the dynamic section: where the reader follows offsets.
            var (start, size) = random.Next(3) switch { 0 => (0, 0x270), 1 => (0x3f8f0, 0x210), _ => (0x1d4b18, 0x270) };
            bytes[start + random.Next(size)] = (byte)random.Next(256);
        }

        return bytes;
    }
}
