using System.Text;

namespace Steering.IO;

/// <summary>
/// Writes a file so that its final name shows the old content or the whole new content, never a part: a temporary file
/// in the same folder, flushed to the disk, then renamed. What a killed process left of its own in that folder is removed.
/// </summary>
public static class AtomicFile
{
    private const int BufferSize = 1 << 16;

    /// <summary>Writes a file through a stream.</summary>
    /// <param name="path">Final name; an existing file is replaced.</param>
    /// <param name="write">Writes the content. When it throws, nothing is left behind and an existing file stays.</param>
    /// <param name="bytes">How many bytes the content has, where that is known: what does not fit the disk is refused before it is written.</param>
    /// <exception cref="SteeringException">The folder does not exist or cannot be written, or the disk is full.</exception>
    public static void Write(string path, Action<Stream> write, long? bytes = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(write);
        var full = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(full);
        if (folder is null || !Directory.Exists(folder))
        {
            throw new SteeringException($"{full} cannot be written: its folder does not exist. Create the folder first.");
        }

        if (Directory.Exists(full))
        {
            throw new SteeringException($"{full} cannot be written: a folder has that name. Choose another name.");
        }

        if (bytes is { } needed)
        {
            DiskSpace.Require(full, needed);
        }

        Leftovers.Sweep(folder);
        var temporary = Leftovers.Name(full);
        try
        {
            using (var stream = Create(temporary, full))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception failure)
        {
            File.Delete(temporary);
            if (WriteFailure.IsOfWriting(failure))
            {
                throw WriteFailure.Of(full, failure, bytes);
            }

            throw;
        }
    }

    /// <summary>Writes text as UTF-8 without a byte-order mark.</summary>
    /// <param name="path">Final name; an existing file is replaced.</param>
    /// <param name="text">The content.</param>
    /// <exception cref="SteeringException">The folder does not exist or cannot be written.</exception>
    public static void WriteAllText(string path, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        WriteAllBytes(path, Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Writes bytes.</summary>
    /// <param name="path">Final name; an existing file is replaced.</param>
    /// <param name="bytes">The content.</param>
    /// <exception cref="SteeringException">The folder does not exist or cannot be written.</exception>
    public static void WriteAllBytes(string path, ReadOnlyMemory<byte> bytes) => Write(path, stream => stream.Write(bytes.Span), bytes.Length);

    private static FileStream Create(string temporary, string final)
    {
        try
        {
            return new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, BufferSize);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw WriteFailure.Of(final, failure);
        }
    }
}
