namespace Steering.Export.Checkpoints;

/// <summary>The layout of the Hugging Face download cache: snapshots/{revision} holds links into blobs beside it.</summary>
internal static class HuggingFaceCache
{
    /// <summary>Whether a folder is a revision inside a download cache.</summary>
    public static bool IsSnapshot(DirectoryInfo folder) =>
        folder.Parent is { Parent: not null } parent && string.Equals(parent.Name, "snapshots", StringComparison.Ordinal);

    /// <summary>The folder itself, where a name is a link to it: its place decides whether it is a snapshot.</summary>
    public static DirectoryInfo Real(string folder)
    {
        var named = new DirectoryInfo(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        return named.ResolveLinkTarget(returnFinalTarget: true) as DirectoryInfo ?? named;
    }

    /// <summary>The folder into which the links of a snapshot lead, or null when the folder is not one.</summary>
    public static string? BlobsOf(string folder)
    {
        var full = Real(folder);
        return IsSnapshot(full) ? Path.Combine(full.Parent!.Parent!.FullName, "blobs") : null;
    }
}
