using System.Globalization;
using Steering.Catalogues;
using Steering.IO;

namespace Steering.Sandbox.Bundle;

/// <summary>
/// The list of everything that was laid out, with lengths, written last: what tells a whole folder from one that a
/// cleaner of caches went through.
/// </summary>
internal static class BundleContents
{
    private const string FileName = "contents.txt";
    private const int LargestList = 1 << 20;

    /// <summary>Writes the list of a folder into it.</summary>
    /// <param name="folder">The folder.</param>
    public static void Write(string folder) =>
        AtomicFile.WriteAllText(
            Path.Combine(folder, FileName),
            string.Concat(BundleFiles.In(folder).Select(file => string.Create(CultureInfo.InvariantCulture, $"{new FileInfo(Path.Combine(folder, file.Path)).Length} {file.Path}\n"))));

    /// <summary>Whether everything on a folder's list is there in its length. Catalogues may have changed: labels are written into them.</summary>
    /// <param name="folder">The folder.</param>
    public static bool AreWhole(string folder)
    {
        var list = Path.Combine(folder, FileName);
        return File.Exists(list) && new FileInfo(list).Length <= LargestList && File.ReadLines(list).All(line => IsThere(folder, line));
    }

    private static bool IsThere(string folder, string line)
    {
        var blank = line.IndexOf(' ', StringComparison.Ordinal);
        if (blank < 1 || !long.TryParse(line.AsSpan(0, blank), NumberStyles.None, CultureInfo.InvariantCulture, out var length))
        {
            return false;
        }

        var file = new FileInfo(ContainedPath.Resolve(folder, line[(blank + 1)..]));
        return file.Exists && (file.Length == length || file.Name == FeatureCatalogue.FileName);
    }
}
