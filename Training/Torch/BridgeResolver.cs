using System.Reflection;
using System.Runtime.InteropServices;

namespace Steering.Training.Torch;

/// <summary>
/// Loads TorchSharp's bridge where the system's own search failed: libtorch lies in NuGet's folder, or the bridge asks for
/// a newer system. The runtime asks it only then, so where the library loads by itself it does nothing.
/// </summary>
internal sealed class BridgeResolver(TorchLibraries libraries, Func<string> cacheFolder)
{
    /// <summary>Name by which TorchSharp asks for its bridge.</summary>
    public const string Name = "LibTorchSharp";

    private nint _handle;

    /// <summary>How often the bridge was asked for.</summary>
    public int Requests { get; private set; }

    /// <summary>Why the last request failed, or null.</summary>
    public SteeringException? Failure { get; private set; }

    /// <summary>The adapted copy that was loaded, or null.</summary>
    public string? Adapted { get; private set; }

    /// <summary>Whether this platform's bridge can be adapted to an older system.</summary>
    public static bool CanAdapt => OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>Handler of <see cref="System.Runtime.Loader.AssemblyLoadContext.ResolvingUnmanagedDll"/>.</summary>
    /// <returns>A handle of the library, or 0 for any other library and after a failure.</returns>
    public nint Resolve(Assembly assembly, string name)
    {
        if (name != Name)
        {
            return 0;
        }

        if (_handle != 0)
        {
            return _handle;
        }

        Requests++;
        try
        {
            Failure = null;
            return _handle = Load();
        }
        catch (SteeringException failure)
        {
            // The runtime would wrap it in its own failure; whoever asked for torch reads it here.
            Failure = failure;
            return 0;
        }
    }

    private nint Load()
    {
        var bridge = libraries.Find(TorchLibraries.Bridge);
        foreach (var file in TorchLibraries.Core)
        {
            _ = Open(libraries.Find(file));
        }

        // With its needs loaded the original may do as well: package folders keep them apart.
        if (NativeLibrary.TryLoad(bridge, out var handle))
        {
            return handle;
        }

        if (!CanAdapt)
        {
            return Open(bridge);
        }

        var adapted = BridgeCache.Adapt(bridge, cacheFolder());
        handle = Open(adapted ?? bridge);
        Adapted = adapted;
        return handle;
    }

    private static nint Open(string path)
    {
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (Exception failure) when (failure is DllNotFoundException or BadImageFormatException)
        {
            throw new SteeringException($"{path} cannot be loaded: {failure.Message.Split('\n')[0]} Restore the packages TorchSharp and {TorchLibraries.Package}, and check that the folder allows execution.", failure);
        }
    }
}
