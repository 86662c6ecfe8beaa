using System.Formats.Tar;

namespace Steering.IO;

/// <summary>Opens files for reading and says in one sentence why one cannot be. Only regular files are opened: opening a pipe would wait for ever.</summary>
public static class ReadableFile
{
    /// <summary>Opens a file for reading; others may read it too.</summary>
    /// <exception cref="SteeringException">The file is missing, a folder, no regular file, or cannot be read.</exception>
    public static FileStream Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Directory.Exists(path))
        {
            throw new SteeringException($"{path} is a folder; a file was expected.");
        }

        try
        {
            RequireRegular(path);
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SteeringException($"{path} does not exist; check the path.", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SteeringException($"{path} cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>Refuses a path that is there and is no regular file or folder: a pipe, a socket, a device. For files that others open, such as a native library.</summary>
    /// <exception cref="SteeringException">It is none.</exception>
    public static void RequireRegular(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!OperatingSystem.IsWindows() && IsSpecial(path))
        {
            throw new SteeringException($"{path} is no regular file but a pipe, a socket or a device, which cannot be read twice or from its middle. Write its content to a file first, and give that; where standard input is taken, '-' names it.");
        }
    }

    private static bool IsSpecial(string path)
    {
        var file = new FileInfo(path);
        if (file.LinkTarget is not null)
        {
            var target = file.ResolveLinkTarget(returnFinalTarget: true);
            if (target is not { Exists: true })
            {
                // What /dev/fd/3 links to has no path where it is a pipe; any other link without an end is a missing file.
                return target is not null && (target.Name.StartsWith("pipe:[", StringComparison.Ordinal) || target.Name.StartsWith("socket:[", StringComparison.Ordinal) || target.Name.StartsWith("anon_inode:", StringComparison.Ordinal));
            }

            file = new FileInfo(target.FullName);
        }

        // Pipes, sockets and devices have no length. Which kind a file of length 0 is .NET tells only where it writes archives.
        if (!file.Exists || file.Length > 0)
        {
            return false;
        }

        using var archive = new MemoryStream();
        try
        {
            using var writer = new TarWriter(archive, TarEntryFormat.Ustar, leaveOpen: true);
            writer.WriteEntry(file.FullName, "file");
        }
        catch (IOException)
        {
            // It writes no sockets.
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            // Opening it says so better.
            return false;
        }

        archive.Position = 0;
        using var reader = new TarReader(archive);
        return reader.GetNextEntry()?.EntryType is not TarEntryType.RegularFile;
    }

    /// <summary>Reads a whole small file (a configuration, an index).</summary>
    /// <param name="path">The file.</param>
    /// <param name="maximumBytes">Longest file accepted, in bytes.</param>
    /// <exception cref="SteeringException">The file is missing, longer than the maximum, or cannot be read.</exception>
    public static byte[] ReadAllBytes(string path, int maximumBytes)
    {
        using var stream = Open(path);
        if (stream.Length > maximumBytes)
        {
            throw new SteeringException($"{path} has {stream.Length} bytes; at most {maximumBytes} were expected of such a file.");
        }

        var bytes = new byte[stream.Length];
        try
        {
            stream.ReadExactly(bytes);
        }
        catch (EndOfStreamException failure)
        {
            throw new SteeringException($"{path} became shorter while it was read; wait until it is written.", failure);
        }

        return bytes;
    }
}
