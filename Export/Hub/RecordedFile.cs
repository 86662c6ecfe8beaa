namespace Steering.Export.Hub;

/// <summary>A file as a folder's record has it.</summary>
/// <param name="Path">Path below the folder.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Hash">What its content hashes to.</param>
/// <param name="Modified">When the checked file was last written, in ticks of UTC; null while it is still to come.</param>
internal sealed record RecordedFile(string Path, long Size, ContentHash Hash, long? Modified)
{
    /// <summary>Whether a file on the disk is still the one that was checked.</summary>
    public bool IsUntouched(FileInfo file) => Modified is { } ticks && file.Exists && file.Length == Size && file.LastWriteTimeUtc.Ticks == ticks;
}
