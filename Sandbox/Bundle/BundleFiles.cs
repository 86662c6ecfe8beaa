using System.Reflection;

namespace Steering.Sandbox.Bundle;

/// <summary>Where the files of a bundle come from: this assembly, or a folder of the same form.</summary>
internal static class BundleFiles
{
    private const string Prefix = "bundle/";

    /// <summary>The files inside this assembly, in ordinal order; none where it was built without a bundle.</summary>
    public static IReadOnlyList<BundleFile> Embedded()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(name => new BundleFile(name[Prefix.Length..], () => assembly.GetManifestResourceStream(name)!)),
        ];
    }

    /// <summary>The files below a folder, in ordinal order of their relative paths.</summary>
    /// <param name="folder">The folder.</param>
    public static IReadOnlyList<BundleFile> In(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => new BundleFile(Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/'), () => File.OpenRead(file)))
            .OrderBy(file => file.Path, StringComparer.Ordinal),
    ];
}

/// <summary>One file of a bundle.</summary>
/// <param name="Path">Relative path with forward slashes, as in <c>checkpoint/config.json</c>.</param>
/// <param name="Open">Opens the content from its beginning; the caller disposes of it.</param>
internal sealed record BundleFile(string Path, Func<Stream> Open);
