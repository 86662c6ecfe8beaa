using System.Runtime.InteropServices;

namespace Steering.Training.Torch;

/// <summary>Where the native files of TorchSharp and libtorch lie: in an output folder, a published one or the package folders.</summary>
internal sealed class TorchLibraries
{
    private readonly IReadOnlyList<string> _folders;

    /// <param name="preset">The only folder to look in, or null for those of the application.</param>
    public TorchLibraries(string? preset = null) => _folders = preset is null ? [.. ApplicationFolders()] : [Path.GetFullPath(preset)];

    /// <summary>TorchSharp's own library.</summary>
    public const string Bridge = "libLibTorchSharp.so";

    /// <summary>Libraries of libtorch that the bridge needs, in the order of their own needs.</summary>
    public static IReadOnlyList<string> Core { get; } = ["libc10.so", "libtorch_cpu.so", "libtorch.so"];

    /// <summary>Path of one of the files.</summary>
    /// <exception cref="SteeringException">It is in none of the folders.</exception>
    public string Find(string file) =>
        TryFind(file) ?? throw new SteeringException($"{file} is in none of: {string.Join(", ", _folders)}. Reference the package libtorch-cpu-linux-x64 (or TorchSharp-cuda-linux) in the application, or set {TorchOptions.NativeFolderVariable} to the folder that holds {Bridge} and libtorch.");

    /// <summary>Path of one of the files, or null.</summary>
    public string? TryFind(string file) => _folders.Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);

    private static IEnumerable<string> ApplicationFolders()
    {
        // The host's list covers package folders, published single files and runtimes/<rid>/native alike.
        var searched = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? string.Empty;
        var assembly = Path.GetDirectoryName(typeof(TorchLibraries).Assembly.Location);
        string?[] roots = [AppContext.BaseDirectory, string.IsNullOrEmpty(assembly) ? null : assembly];
        return searched.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(roots.OfType<string>().SelectMany(root => new[] { root, Path.Combine(root, "runtimes", RuntimeInformation.RuntimeIdentifier, "native"), Path.Combine(root, "runtimes", "linux-x64", "native") }))
            .Select(folder => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))
            .Distinct(StringComparer.Ordinal);
    }
}
