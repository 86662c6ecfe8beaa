using Steering.IO;

namespace Steering.Export.Hub;

/// <summary>
/// The hidden folder inside a pulled folder: the record, the parts of files that are still to come, and the lock that keeps
/// two processes from writing them.
/// </summary>
internal sealed class PullFolder : IDisposable
{
    /// <summary>Its name.</summary>
    public const string Name = ".steer-pull";

    private const string RecordName = "pull.json";
    private const string PartEnding = ".part";

    private readonly string _hidden;
    private readonly FolderLock _lock;

    private PullFolder(string root, string hidden, FolderLock held) => (Root, _hidden, _lock) = (root, hidden, held);

    /// <summary>The folder that holds the files.</summary>
    public string Root { get; }

    private string RecordPath => Path.Combine(_hidden, RecordName);

    /// <summary>Makes the folder where it is missing, and takes its lock.</summary>
    /// <param name="root">The folder that holds the files.</param>
    /// <exception cref="SteeringException">It cannot be written, or another process pulls into it.</exception>
    public static PullFolder Open(string root)
    {
        var full = Path.GetFullPath(root);
        string hidden;
        try
        {
            Directory.CreateDirectory(full);
            hidden = ContainedPath.Resolve(full, Name);
            Directory.CreateDirectory(hidden);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw WriteFailure.Of(root, failure);
        }

        return new PullFolder(full, hidden, FolderLock.Inside(hidden, root));
    }

    /// <summary>Refuses a folder whose pull was interrupted, so that nothing is made of half a checkpoint.</summary>
    /// <param name="root">A folder, pulled or not.</param>
    /// <exception cref="SteeringException">Its record names files that did not come yet.</exception>
    public static void RefuseIncomplete(string root)
    {
        var path = Path.Combine(root, Name, RecordName);
        if (!File.Exists(path))
        {
            return;
        }

        var record = PullRecord.Read(path);
        var missing = record.Files.Values.Where(file => file.Modified is null).OrderBy(file => file.Path, StringComparer.Ordinal).ToArray();
        if (missing.Length > 0)
        {
            throw new SteeringException(
                $"{root} is a pull that did not finish: {missing.Length} of {record.Files.Count} files are still to come ('{missing[0].Path}'). "
                + $"Go on with 'steer pull {record.Repository}@{record.Commit} --out {root}' and its --file options, or remove {Path.Combine(root, Name)} if you completed it otherwise.");
        }
    }

    /// <summary>Bytes of the files that came and of the parts of others.</summary>
    /// <param name="root">A folder, pulled or not.</param>
    public static long BytesKept(string root)
    {
        var hidden = Path.Combine(root, Name);
        if (!Directory.Exists(hidden))
        {
            return 0;
        }

        var record = Path.Combine(hidden, RecordName);
        return new DirectoryInfo(hidden).EnumerateFiles("*" + PartEnding).Sum(part => part.Length)
            + (File.Exists(record) ? PullRecord.Read(record).Files.Values.Where(file => file.Modified is not null).Sum(file => file.Size) : 0);
    }

    /// <summary>The record, or null where there is none yet.</summary>
    public PullRecord? ReadRecord() => File.Exists(RecordPath) ? PullRecord.Read(RecordPath) : null;

    /// <summary>Writes the record.</summary>
    public void WriteRecord(PullRecord record) => record.Write(RecordPath);

    /// <summary>The part of a file, which is named by its content: another commit's is another one.</summary>
    public string PartOf(HubFile file) => Path.Combine(_hidden, file.Hash.Hex + PartEnding);

    /// <summary>Bytes of a file that came already.</summary>
    public long PartLength(HubFile file) => new FileInfo(PartOf(file)) is { Exists: true } part && part.Length <= file.Size ? part.Length : 0;

    /// <summary>Removes parts that nothing needs any more.</summary>
    public void RemoveParts()
    {
        foreach (var part in Directory.EnumerateFiles(_hidden, "*" + PartEnding + "*"))
        {
            File.Delete(part);
        }
    }

    /// <summary>Gives the lock back.</summary>
    public void Dispose() => _lock.Dispose();
}
