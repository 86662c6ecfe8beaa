namespace Steering.IO;

/// <summary>Free space of disks, so that what cannot fit is refused before it is made.</summary>
internal static class DiskSpace
{
    /// <summary>Free bytes of the disk on which a path lies or would lie; null where the system does not say, as network shares may not.</summary>
    public static long? Free(string path)
    {
        try
        {
            var folder = Folder(path);
            return new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(folder)! : folder).AvailableFreeSpace;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Refuses what does not fit.</summary>
    /// <param name="path">What is to be written.</param>
    /// <param name="needed">Its bytes.</param>
    /// <param name="more">What else to do than make room or choose another folder, or null.</param>
    /// <exception cref="SteeringException">The disk has fewer bytes free.</exception>
    public static void Require(string path, long needed, string? more = null) => Require(path, needed, Free(path), more);

    /// <summary>As above, of a disk with so many bytes free; null where that is not known.</summary>
    public static void Require(string path, long needed, long? free, string? more = null)
    {
        if (free is { } left && left < needed)
        {
            throw new SteeringException($"{Leftovers.Final(path)} cannot be written: it needs {ByteText.Of(needed)} and the disk has {ByteText.Of(left)} free. Make room on it, or choose a folder on another disk{(more is null ? string.Empty : $", or {more}")}.");
        }
    }

    private static string Folder(string path)
    {
        var folder = Path.GetFullPath(path);
        while (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } parent)
        {
            folder = parent;
        }

        return folder;
    }
}
