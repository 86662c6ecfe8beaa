namespace Steering.Export.Checkpoints;

/// <summary>The layout of the Hugging Face download cache: snapshots/{revision} holds links into blobs beside it.</summary>
internal static class HuggingFaceCache
{
    /// <summary>Whether a folder is a revision inside a download cache.</summary>
    public static bool IsSnapshot(DirectoryInfo folder) =>
        folder.Parent is { Parent: not null } parent && string.Equals(parent.Name, "snapshots", StringComparison.Ordinal);

    /// <summary>The folder into which the links of a snapshot lead, or null when the folder is not one.</summary>
    public static string? BlobsOf(string folder)
    {
        var full = new DirectoryInfo(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        return IsSnapshot(full) ? Path.Combine(full.Parent!.Parent!.FullName, "blobs") : null;
    }
}
