using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using Steering.Training.Torch;

namespace Steering.Tests.Training.Torch;

[TestClass]
public sealed class BridgeResolverTests
{
    private static readonly Assembly Asker = typeof(BridgeResolverTests).Assembly;

    [TestMethod]
    public void Handler_IsRaisedOnlyWhereTheNormalLoadFailed()
    {
        var asked = new List<string>();
        nint Handler(Assembly assembly, string name)
        {
            asked.Add(name);
            return 0;
        }

        AssemblyLoadContext.Default.ResolvingUnmanagedDll += Handler;
        try
        {
            var system = OperatingSystem.IsWindows() ? "kernel32" : OperatingSystem.IsMacOS() ? "libSystem.dylib" : "libc.so.6";
            Assert.IsTrue(NativeLibrary.TryLoad(system, Asker, searchPath: null, out _));
            Assert.IsEmpty(asked);
            Assert.IsFalse(NativeLibrary.TryLoad("no-such-library", Asker, searchPath: null, out _));
            Assert.AreSequenceEqual(new[] { "no-such-library" }, asked);
        }
        finally
        {
            AssemblyLoadContext.Default.ResolvingUnmanagedDll -= Handler;
        }
    }

    [TestMethod]
    public void Resolve_OfAnyOtherLibrary_DoesNothing()
    {
        var resolver = new BridgeResolver(new TorchLibraries(), () => throw new InvalidOperationException());

        Assert.AreEqual(0, resolver.Resolve(Asker, "onnxruntime"));
        Assert.AreEqual(0, resolver.Requests);
    }

    [TestMethod]
    public void Resolve_WhereLibtorchIsMissing_KeepsTheReason()
    {
        _ = BridgeFile.Path();
        using var folder = new TemporaryFolder();
        File.Copy(BridgeFile.Path(), Path.Combine(folder.Path, TorchLibraries.Bridge));
        var resolver = new BridgeResolver(new TorchLibraries(folder.Path), () => folder.Path);

        Assert.AreEqual(0, resolver.Resolve(Asker, BridgeResolver.Name));
        Assert.AreEqual(1, resolver.Requests);
        Assert.IsNotNull(resolver.Failure);
        Assert.Contains("libc10.so", resolver.Failure.Message);
        Assert.Contains(TorchOptions.NativeFolderVariable, resolver.Failure.Message);
    }

    [TestMethod]
    public void Resolve_ByAPresetFolder_LoadsTheSameLibraryOnce()
    {
        TorchRuntime.EnsureLoaded();
        using var folder = new TemporaryFolder();
        _ = BridgeFile.Path();
        var preset = Path.GetDirectoryName(new TorchLibraries().Find(TorchLibraries.Core[0]))!;
        var resolver = new BridgeResolver(new TorchLibraries(preset), () => folder.Path);

        var handle = resolver.Resolve(Asker, BridgeResolver.Name);

        Assert.AreNotEqual(0, handle);
        Assert.AreEqual(handle, resolver.Resolve(Asker, BridgeResolver.Name));
        Assert.AreEqual(1, resolver.Requests);
        Assert.AreNotEqual(0, NativeLibrary.GetExport(handle, "THSTorch_manual_seed"));
    }
}
