using System.Globalization;

namespace Steering.IO;

/// <summary>Names of what is being written, and the removal of what killed processes left under such names.</summary>
internal static class Leftovers
{
    /// <summary>Ending of what is being written.</summary>
    public const string Unfinished = "tmp";

    /// <summary>Ending of a folder that makes room for its successor.</summary>
    public const string Replaced = "old";

    private static int _count;

    /// <summary>A hidden name beside <paramref name="path"/> that no other writer uses.</summary>
    /// <param name="path">The final name.</param>
    /// <param name="ending"><see cref="Unfinished"/> or <see cref="Replaced"/>.</param>
    public static string Name(string path, string ending = Unfinished) => Path.Combine(
        Path.GetDirectoryName(path)!,
        string.Create(CultureInfo.InvariantCulture, $".{Path.GetFileName(path)}.{OwnerMark.Current}.{Interlocked.Increment(ref _count):x}.{ending}"));

    /// <summary>A path in which every folder that is being written has its final name, for people.</summary>
    public static string Final(string path) => string.Join(Path.DirectorySeparatorChar, path.Split(Path.DirectorySeparatorChar).Select(part => Parse(part)?.Final ?? part));

    /// <summary>Removes what processes that have ended left in a folder; a folder that had made room for one that never came gets its name back.</summary>
    /// <param name="folder">A folder; where there is none, nothing is done.</param>
    public static void Sweep(string folder)
    {
        try
        {
            foreach (var path in Directory.EnumerateFileSystemEntries(folder, ".*"))
            {
                if (Parse(Path.GetFileName(path)) is { Owner.IsDead: true } found)
                {
                    Remove(path, found.Ending == Replaced ? Path.Combine(folder, found.Final) : null);
                }
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Leftovers are untidy, not wrong; another process may be removing them too, or they may not be ours to remove.
        }
    }

    private static void Remove(string path, string? name)
    {
        if (name is not null && !Path.Exists(name))
        {
            Directory.Move(path, name);
        }
        else if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        else
        {
            File.Delete(path);
        }
    }

    private static (string Final, OwnerMark Owner, string Ending)? Parse(string name)
    {
        const int FewestParts = 5;
        return name.Split('.') is { Length: >= FewestParts } parts && parts[0].Length == 0 && parts[^1] is Unfinished or Replaced && OwnerMark.Parse(parts[^3]) is { } owner
            ? (string.Join('.', parts[1..^3]), owner, parts[^1])
            : null;
    }
}
