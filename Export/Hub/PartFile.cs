using Steering.IO;

namespace Steering.Export.Hub;

/// <summary>
/// A file on its way: the bytes that came so far, their hash, and beside them the validator (ETag) of the answer that they
/// came from, without which a rest of another version could be joined to them.
/// </summary>
internal sealed class PartFile : IDisposable
{
    private readonly string _path;
    private readonly ContentHasher _hasher;
    private FileStream? _stream;

    private PartFile(HubFile file, string path, FileStream stream) => (_path, _stream, _hasher) = (path, stream, new ContentHasher(file));

    /// <summary>Bytes so far.</summary>
    public long Length { get; private set; }

    /// <summary>The validator of the answer that the bytes came from; null where there was none.</summary>
    public string? Validator { get; private set; }

    /// <summary>Whether bytes of more than one answer are joined in it.</summary>
    public bool IsJoined { get; private set; }

    private string ValidatorPath => _path + ".etag";

    private FileStream Stream => _stream ?? throw new ObjectDisposedException(nameof(PartFile));

    /// <summary>Opens the part of a file and hashes what is there; one that is too long begins anew.</summary>
    public static async Task<PartFile> OpenAsync(HubFile file, string path, CancellationToken cancellationToken)
    {
        var part = new PartFile(file, path, Guarded(path, () => new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1)));
        try
        {
            if (part.Stream.Length is > 0 and var length && length <= file.Size)
            {
                await part._hasher.AppendAsync(part.Stream, cancellationToken).ConfigureAwait(false);
                part.Length = length;
                part.IsJoined = true;
                part.Validator = File.Exists(part.ValidatorPath) ? await File.ReadAllTextAsync(part.ValidatorPath, cancellationToken).ConfigureAwait(false) : null;
            }
            else
            {
                part.Restart(validator: null);
            }

            return part;
        }
        catch
        {
            part.Dispose();
            throw;
        }
    }

    /// <summary>Forgets the bytes; what comes next is the file's beginning.</summary>
    /// <param name="validator">The validator of the answer that begins, or null.</param>
    public void Restart(string? validator)
    {
        Guarded(_path, () => Stream.SetLength(0));
        _hasher.Restart();
        (Length, IsJoined, Validator) = (0, false, validator);
        if (validator is null)
        {
            File.Delete(ValidatorPath);
        }
        else
        {
            AtomicFile.WriteAllText(ValidatorPath, validator);
        }
    }

    /// <summary>Notes that what comes next is joined to what came from another answer.</summary>
    public void Join() => IsJoined = true;

    /// <summary>Adds bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        try
        {
            Stream.Position = Length;
            Stream.Write(bytes);
        }
        catch (IOException failure)
        {
            throw Unwritable(_path, failure);
        }

        _hasher.Append(bytes);
        Length += bytes.Length;
    }

    /// <summary>The hash of the whole file.</summary>
    public ContentHash Finish() => _hasher.Finish();

    /// <summary>Gives the whole, checked file its final name.</summary>
    public void MoveTo(string destination)
    {
        Guarded(destination, () =>
        {
            Stream.Flush(flushToDisk: true);
            Close();
            Directory.CreateDirectory(Path.GetDirectoryName(destination)!);
            File.Move(_path, destination, overwrite: true);
            File.Delete(ValidatorPath);
        });
    }

    /// <summary>Removes it.</summary>
    public void Delete()
    {
        Close();
        File.Delete(_path);
        File.Delete(ValidatorPath);
    }

    /// <summary>Closes the file; its bytes stay for the next time.</summary>
    public void Dispose()
    {
        Close();
        _hasher.Dispose();
    }

    private static void Guarded(string path, Action action) => Guarded(path, () =>
    {
        action();
        return true;
    });

    private static T Guarded<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, failure);
        }
    }

    private static SteeringException Unwritable(string path, Exception failure) =>
        WriteFailure.Of(path, failure, kept: "What came so far is kept, and the same command goes on from there.");

    private void Close()
    {
        _stream?.Dispose();
        _stream = null;
    }
}
