using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TorchSharp;

namespace Steering.Training.Torch;

/// <summary>
/// Loads libtorch. Everything that touches TorchSharp calls <see cref="EnsureLoaded"/> first; nothing else loads it.
/// </summary>
/// <remarks>
/// TorchSharp 0.107 asks for a libstdc++ of GCC 13. On older systems (Debian 12, Ubuntu 22.04, RHEL 9) a copy of its
/// bridge without that need is made once in the user's cache folder and loaded instead; see docs/training.md.
/// </remarks>
public static class TorchRuntime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly Lock Gate = new();
    private static bool _loaded;

    /// <summary>Whether libtorch has been loaded through here.</summary>
    public static bool IsLoaded
    {
        get
        {
            lock (Gate)
            {
                return _loaded;
            }
        }
    }

    /// <summary>The adapted bridge that was loaded, or null where the system loaded TorchSharp's own.</summary>
    public static string? AdaptedBridge { get; private set; }

    /// <summary>Loads libtorch, once for the process, and sets its threads.</summary>
    /// <param name="options">Where from, and how many threads; null: defaults.</param>
    /// <param name="notice">Told in a sentence what is going on when loading takes more than a second; may be null. Called from another thread.</param>
    /// <exception cref="SteeringException">It cannot be loaded here; the message says why and what to do.</exception>
    public static void EnsureLoaded(TorchOptions? options = null, Action<string>? notice = null)
    {
        var threads = options?.Threads ?? 0;
        if (threads < 0)
        {
            throw new SteeringException($"{threads} threads were asked for; give a positive number, or 0 for one for each processor.");
        }

        lock (Gate)
        {
            if (!_loaded)
            {
                LateNotice.During(
                    () =>
                    {
                        Load(Preset(options));
                        _loaded = true;
                        SetThreads(threads);
                    },
                    Patience,
                    notice is null ? null : () => notice("Loading libtorch, about 450 MB; this happens once in a process."));
            }
            else if (options is not null)
            {
                SetThreads(threads);
            }
        }
    }

    private static void SetThreads(int threads) => torch.set_num_threads(threads == 0 ? Environment.ProcessorCount : threads);

    private static string? Preset(TorchOptions? options)
    {
        var folder = options?.NativeFolder ?? Environment.GetEnvironmentVariable(TorchOptions.NativeFolderVariable);
        return string.IsNullOrWhiteSpace(folder) ? null
            : Directory.Exists(folder) ? folder
            : throw new SteeringException($"The libtorch folder {folder} does not exist; correct {TorchOptions.NativeFolderVariable}, or unset it to use the application's own.");
    }

    private static void Load(string? preset)
    {
        var resolver = new BridgeResolver(new TorchLibraries(preset), BridgeCache.DefaultFolder);
        if (preset is not null)
        {
            // Asked before the system's search, so that the folder given wins over the application's.
            NativeLibrary.SetDllImportResolver(typeof(torch).Assembly, (name, assembly, _) => resolver.Resolve(assembly, name));
        }

        var context = AssemblyLoadContext.GetLoadContext(typeof(torch).Assembly) ?? AssemblyLoadContext.Default;
        context.ResolvingUnmanagedDll += resolver.Resolve;

        try
        {
            // Asked for here first: where TorchSharp itself fails to find it, it copies half a gigabyte about in search of it.
            if (!NativeLibrary.TryLoad(BridgeResolver.Name, typeof(torch).Assembly, searchPath: null, out _) && resolver.Failure is { } refusal)
            {
                throw refusal;
            }

            torch.InitializeDeviceType(DeviceType.CPU);
        }
        catch (Exception failure) when (failure is NotSupportedException or DllNotFoundException or TypeInitializationException or EntryPointNotFoundException)
        {
            throw resolver.Failure ?? new SteeringException($"libtorch cannot be loaded: {failure.Message.Split('\n')[0]} {TorchLibraries.Cure}", failure);
        }

        AdaptedBridge = resolver.Adapted;
    }
}
