namespace Steering.IO;

/// <summary>Opens files for reading and says in one sentence why one cannot be.</summary>
public static class ReadableFile
{
    /// <summary>Opens a file for reading; others may read it too.</summary>
    /// <exception cref="SteeringException">The file is missing, a folder, a pipe or a device, or cannot be read.</exception>
    public static FileStream Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Directory.Exists(path))
        {
            throw new SteeringException($"{path} is a folder; a file was expected.");
        }

        RefuseSpecial(path);
        try
        {
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

    /// <summary>
    /// What is read here is read by its length, and from several places: a pipe, as a shell's &lt;(…) is one, has neither, and
    /// opening one that nobody writes waits for ever.
    /// </summary>
    private static void RefuseSpecial(string path)
    {
        if (OperatingSystem.IsWindows() || new FileInfo(path) is not { Exists: true, Length: 0 } file)
        {
            return;
        }

        var target = (file.ResolveLinkTarget(returnFinalTarget: true) ?? file).FullName;
        var isDevice = target.StartsWith("/dev/", StringComparison.Ordinal) && !target.StartsWith("/dev/shm/", StringComparison.Ordinal);
        if (isDevice || IsPipe(path))
        {
            throw new SteeringException($"{path} is a {(isDevice ? "device" : "pipe")}, not a file that can be read twice or from its middle. Write its content to a file first, and give that; where standard input is taken, '-' names it.");
        }
    }

    private static bool IsPipe(string path)
    {
        try
        {
            // Opened to be written too, a pipe does not wait for who writes it.
            using var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 1);
            return !stream.CanSeek;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A file that may only be read is empty, and read as such.
            return false;
        }
    }
}
