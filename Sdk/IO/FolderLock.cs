using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Steering.IO;

/// <summary>
/// Keeps two processes from writing one folder or file. The kernel holds the lock, so that it goes with its owner, however
/// that ends; a file beside it says who the owner is, for the other's message.
/// </summary>
internal sealed class FolderLock : IDisposable
{
    private const string InsideName = ".steer-lock";
    private const string OwnerEnding = ".owner";
    private const int Attempts = 100;
    private const int LongestOwner = 300;

    // EWOULDBLOCK of Linux and of macOS, and Windows's sharing and lock violations.
    private static readonly int[] Held = [11, 35, unchecked((int)0x80070020), unchecked((int)0x80070021)];

    private readonly string _file;
    private FileStream? _stream;

    private FolderLock(string file, FileStream stream) => (_file, _stream) = (file, stream);

    /// <summary>Locks a folder by a hidden file in it; it is made where it is missing.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="shown">What messages call it, where that is another.</param>
    /// <exception cref="SteeringException">Another owner has it, or it cannot be written.</exception>
    public static FolderLock Inside(string folder, string? shown = null)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw WriteFailure.Of(shown ?? folder, failure);
        }

        return Take(shown ?? folder, Path.Combine(folder, InsideName));
    }

    /// <summary>Locks a file or folder that may not exist yet, by a hidden file beside it. The folder that holds it must exist.</summary>
    /// <param name="path">The file or folder.</param>
    /// <exception cref="SteeringException">Another owner has it, or the folder that holds it cannot be written.</exception>
    public static FolderLock Beside(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return Take(path, Path.Combine(Path.GetDirectoryName(full) ?? full, $".{Path.GetFileName(full)}.steer-lock"));
    }

    /// <summary>Whether a file belongs to a lock on its folder, and so is none of the folder's content.</summary>
    public static bool IsPartOf(string path) => Path.GetFileName(path) is InsideName or InsideName + OwnerEnding;

    /// <summary>Gives the lock back and removes its files.</summary>
    public void Dispose()
    {
        if (_stream is null)
        {
            return;
        }

        Remove(_file + OwnerEnding);

        // Windows removes no file that is open; elsewhere the name must go while the lock is held, or another's would go.
        if (OperatingSystem.IsWindows())
        {
            _stream.Dispose();
            Remove(_file);
        }
        else
        {
            Remove(_file);
            _stream.Dispose();
        }

        _stream = null;
    }

    private static FolderLock Take(string path, string file)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            FileStream stream;
            try
            {
                stream = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            }
            catch (IOException failure) when (Held.Contains(failure.HResult))
            {
                throw new SteeringException($"{path} is being written by {OwnerOf(file)}. Wait until it is done, end that process, or choose another name.", failure);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw WriteFailure.Of(path, failure);
            }

            if (HasName(stream, file))
            {
                SayWho(file);
                return new FolderLock(file, stream);
            }

            // Its owner removed the name while we opened it: the lock of that name is another file by now.
            stream.Dispose();
        }

        throw new SteeringException($"{path} is being written by others all the time. Wait until they are done, or choose another name.");
    }

    /// <summary>Whether the open file still has its name, told by a time that nobody else would give it.</summary>
    private static bool HasName(FileStream stream, string file)
    {
        if (OperatingSystem.IsWindows())
        {
            return true;
        }

        var mark = DateTime.UnixEpoch.AddSeconds(RandomNumberGenerator.GetInt32(1, int.MaxValue));
        File.SetLastWriteTimeUtc(stream.SafeFileHandle, mark);
        return File.GetLastWriteTimeUtc(file) == mark;
    }

    private static void SayWho(string file)
    {
        var owner = string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} on {Environment.MachineName} since {TimeProvider.System.GetUtcNow().UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC");
        try
        {
            File.WriteAllText(file + OwnerEnding, owner);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The lock holds without a name; only the other's message is poorer.
        }
    }

    private static string OwnerOf(string file)
    {
        try
        {
            var bytes = ReadableFile.ReadAllBytes(file + OwnerEnding, LongestOwner);
            return string.Concat(Encoding.UTF8.GetString(bytes).Where(letter => !char.IsControl(letter))) is { Length: > 0 } owner ? owner : "another process";
        }
        catch (SteeringException)
        {
            // It began just now, or its owner could not write who it is.
            return "another process";
        }
    }

    private static void Remove(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // An empty file without a lock stops nobody.
        }
    }
}
