using System.Reflection;
using System.Runtime.InteropServices;

namespace Steering.Training.Torch;

/// <summary>
/// Where the native files of TorchSharp and libtorch lie: in an output folder, a published one, or NuGet's folder of
/// packages, where one copy of libtorch (490 MB) serves every program of the machine.
/// </summary>
internal sealed class TorchLibraries
{
    private readonly IReadOnlyList<string> _folders;
    private readonly IReadOnlyList<string> _bridgeFolders;

    /// <param name="preset">The only folder to look for libtorch in, or null for those of the application and of NuGet.</param>
    public TorchLibraries(string? preset = null)
    {
        var application = ApplicationFolders().ToArray();
        _folders = preset is null ? [.. application, .. PackageFolders()] : [Path.GetFullPath(preset)];

        // A libtorch that came with something else, PyTorch say, has no bridge beside it.
        _bridgeFolders = preset is null ? _folders : [.. _folders, .. application];
    }

    /// <summary>TorchSharp's own library.</summary>
    public static string Bridge { get; } = FileName("LibTorchSharp");

    /// <summary>Libraries of libtorch that the bridge needs, in the order of their own needs.</summary>
    public static IReadOnlyList<string> Core { get; } = [FileName("c10"), FileName("torch_cpu"), FileName("torch")];

    /// <summary>The platform, as packages name it.</summary>
    public static string Platform { get; } =
        $"{(OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")}-{(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64")}";

    /// <summary>Version of libtorch that the TorchSharp here was built for.</summary>
    public static string Version { get; } = typeof(TorchLibraries).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "LibtorchVersion").Value!;

    /// <summary>The package that holds libtorch for the processor of this platform, or null where there is none.</summary>
    public static string? Package { get; } = Platform is "linux-x64" or "win-x64" or "win-arm64" or "osx-arm64" ? $"libtorch-cpu-{Platform}" : null;

    /// <summary>How to come by the missing files, in a sentence.</summary>
    public static string Cure => Package is null
        ? $"There is no libtorch for {Platform}: train on another machine; steering needs none."
        : $"Run 'steer torch' once, or reference the package {Package} {Version} (or TorchSharp-cuda-linux, TorchSharp-cuda-windows) in the application, or set {TorchOptions.NativeFolderVariable} to the folder that holds libtorch {Version}.";

    /// <summary>Path of one of the files.</summary>
    /// <exception cref="SteeringException">It is in none of the folders.</exception>
    public string Find(string file) =>
        TryFind(file) ?? throw new SteeringException($"{file} is in none of: {string.Join(", ", _folders)}. {Cure}");

    /// <summary>Path of one of the files, or null.</summary>
    public string? TryFind(string file) => (file == Bridge ? _bridgeFolders : _folders).Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);

    private static string FileName(string name) =>
        OperatingSystem.IsWindows() ? $"{name}.dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so";

    private static IEnumerable<string> ApplicationFolders()
    {
        // The host's list covers package folders, published single files and runtimes/<rid>/native alike.
        var searched = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? string.Empty;
        var assembly = Path.GetDirectoryName(typeof(TorchLibraries).Assembly.Location);
        string?[] roots = [AppContext.BaseDirectory, string.IsNullOrEmpty(assembly) ? null : assembly];
        return searched.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(roots.OfType<string>().SelectMany(root => new[] { root, Path.Combine(root, "runtimes", RuntimeInformation.RuntimeIdentifier, "native"), Path.Combine(root, "runtimes", Platform, "native") }))
            .Select(folder => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))
            .Distinct(StringComparer.Ordinal);
    }

    /// <summary>NuGet's folder of packages: the one the program was built with, the one the environment names, the usual one.</summary>
    private static IEnumerable<string> PackageFolders()
    {
        string?[] roots =
        [
            AppContext.GetData("Steering.NuGetPackages") as string,
            Environment.GetEnvironmentVariable("NUGET_PACKAGES"),
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages"),
        ];
        return Package is null ? [] : roots
            .Where(root => !string.IsNullOrWhiteSpace(root) && Path.IsPathFullyQualified(root))
            .Select(root => Path.Combine(root!, Package, Version, "runtimes", Platform, "native"))
            .Distinct(StringComparer.Ordinal);
    }
}
