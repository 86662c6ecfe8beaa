using System.Runtime.InteropServices;
using Steering.Analysis.Harvest;
using Steering.Analysis.Windows;
using Steering.IO;
using Steering.Tensors;

namespace Steering.Analysis.Shards;

/// <summary>
/// Collects batches into shards. A shard is written whole under a temporary name, renamed, and then named by the index, so
/// that a run that was killed goes on with the first shard that the index does not name. Not thread-safe.
/// </summary>
internal sealed class ShardWriter : IDisposable
{
    private readonly string _folder;
    private readonly TensorElementType _type;
    private readonly List<TokenWindow> _windows = [];
    private readonly List<LeftOut> _leftOut = [];
    private readonly Action<string, IReadOnlyList<TensorData>, IReadOnlyDictionary<string, string>> _write;
    private readonly bool _owned;
    private readonly FolderLock _lock;
    private const string Kept = "What was written before is whole; run the same command again, and the harvest goes on from there.";

    private byte[] _rows = [];
    private int _filled;
    private HarvestCounts _counts;

    private ShardWriter(string folder, ShardIndex index, bool owned, FolderLock held, Action<string, IReadOnlyList<TensorData>, IReadOnlyDictionary<string, string>> write)
    {
        _lock = held;
        _owned = owned;
        _folder = folder;
        _type = ShardLayout.Type(index.Job.Type);
        _write = write;
        Index = index;
    }

    public ShardIndex Index { get; private set; }

    /// <summary>Full path of the folder.</summary>
    public string Folder => _folder;

    /// <summary>Bytes of the activations of a token that is kept.</summary>
    public long BytesOfToken => (long)Index.Job.HiddenSize * _type.Size();

    /// <summary>Windows of a shard that holds about a number of bytes of activations.</summary>
    public static int WindowsPerShard(long bytes, int hiddenSize, TensorElementType type, int windowLength) =>
        (int)Math.Max(1, bytes / ((long)hiddenSize * type.Size() * windowLength));

    /// <summary>Starts a folder, or goes on with one of the same job.</summary>
    /// <exception cref="SteeringException">The folder holds something else, or shards of another job, or another process writes it.</exception>
    public static ShardWriter Open(string folder, ShardJob job, Action<string, IReadOnlyList<TensorData>, IReadOnlyDictionary<string, string>>? write = null)
    {
        folder = Path.GetFullPath(folder);
        write ??= (path, tensors, metadata) => SafetensorsWriter.Write(path, tensors, metadata);
        var owned = !Directory.Exists(folder);
        var held = FolderLock.Inside(folder);
        try
        {
            return Open(folder, job, owned, held, write);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private static ShardWriter Open(string folder, ShardJob job, bool owned, FolderLock held, Action<string, IReadOnlyList<TensorData>, IReadOnlyDictionary<string, string>> write)
    {
        if (File.Exists(Path.Combine(folder, ShardIndex.FileName)))
        {
            var index = ShardFolder.Open(folder).Index;
            if (index.Job.DifferenceTo(job) is { } difference)
            {
                throw new SteeringException($"{folder} holds the shards of another harvest: {difference}. Choose another folder, or harvest with the same model, site, text and options.");
            }

            Sweep(folder);
            return new ShardWriter(folder, index, owned: true, held, write);
        }

        var fresh = new ShardIndex { FormatVersion = ShardIndex.CurrentVersion, Job = job, MedianNorm = 0, LargestNorm = null, IsComplete = false, Shards = [] };
        Guard(folder, () =>
        {
            Sweep(folder);
            if (Directory.EnumerateFileSystemEntries(folder).Any(entry => !FolderLock.IsPartOf(entry)))
            {
                throw new SteeringException($"{folder} is not empty and holds no {ShardIndex.FileName}: it is no folder of shards. Choose a new folder.");
            }

            fresh.Save(folder);
        });
        return new ShardWriter(folder, fresh, owned, held, write);
    }

    /// <summary>Adds a batch; writes the shard when it is full. The batch's activations are rounded to the shard's type.</summary>
    /// <param name="batch">Of windows that follow the last one's.</param>
    /// <param name="limit">What was left out by norm.</param>
    /// <param name="hash">Over all windows up to this batch's last.</param>
    public void Append(HarvestedBatch batch, MassiveLimit limit, WindowHash hash)
    {
        var size = batch.Activations.Length * _type.Size();
        if (_filled + size > _rows.Length)
        {
            Array.Resize(ref _rows, (int)Math.Min(Math.Max(_filled + (long)size, _rows.Length + (_rows.Length / 2L)), Array.MaxLength));
        }

        var bytes = _rows.AsSpan(_filled, size);
        ActivationCodec.Encode(_type, batch.Activations, bytes);
        TensorConversion.ToFloat32(_type, bytes, batch.Activations);
        _filled += size;
        _windows.AddRange(batch.Windows);
        _leftOut.AddRange(batch.LeftOut);
        _counts = _counts.Plus(batch);
        if (_windows.Count == Index.Job.WindowsPerShard)
        {
            Write(limit, hash);
        }
    }

    /// <summary>Forgets the windows of the shard that is not written yet: the next batch begins it again.</summary>
    public void Restart()
    {
        _windows.Clear();
        _leftOut.Clear();
        _filled = 0;
        _counts = default;
    }

    /// <summary>Lets others write the folder.</summary>
    public void Dispose() => _lock.Dispose();

    /// <summary>Takes away a folder without a shard, so that a harvest that failed at its beginning leaves nothing behind; the writer's work is over.</summary>
    public void RemoveIfEmpty()
    {
        Dispose();
        if (Index.Shards.Count > 0 || Index.IsComplete)
        {
            return;
        }

        try
        {
            File.Delete(Path.Combine(_folder, ShardIndex.FileName));
            if (_owned && !Directory.EnumerateFileSystemEntries(_folder).Any())
            {
                Directory.Delete(_folder);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // An empty folder of shards is only untidy; what made the harvest fail is what the caller must hear.
        }
    }

    /// <summary>Writes what is left and says that the text is at its end.</summary>
    public void Complete(MassiveLimit limit, WindowHash hash)
    {
        if (_windows.Count > 0)
        {
            Write(limit, hash);
        }

        Index = Index with { IsComplete = true };
        Guard(_folder, () => Index.Save(_folder));
    }

    private void Write(MassiveLimit limit, WindowHash hash)
    {
        var number = Index.Shards.Count;
        var path = Path.Combine(_folder, ShardFile.Name(number));
        var first = _windows[0].Number;
        Guard(path, () =>
        {
            _write(path, Tensors(), ShardLayout.Metadata(Index.Job, number, first));
            var entry = new ShardEntry
            {
                File = ShardFile.Name(number),
                Bytes = new FileInfo(path).Length,
                Sha256 = Fingerprint.Sha256(path),
                FirstWindow = first,
                Windows = _windows.Count,
                Tokens = _counts.Tokens,
                Rows = _counts.Rows,
                FirstPositions = _counts.FirstPositions,
                MassiveTokens = _counts.MassiveTokens,
                TextSha256 = hash.Current,
            };
            var index = Index with
            {
                MedianNorm = limit.Median,
                LargestNorm = float.IsFinite(limit.Limit) ? limit.Limit : null,
                Shards = [.. Index.Shards, entry],
            };
            index.Save(_folder);
            Index = index;
        });
        Restart();
    }

    private TensorData[] Tensors()
    {
        long tokens = _counts.Tokens;
        TensorData Of<T>(string name, TensorElementType type, Func<TokenWindow, T[]> values)
            where T : unmanaged =>
            TensorData.FromBytes(name, type, [tokens], MemoryMarshal.AsBytes(_windows.SelectMany(values).ToArray().AsSpan()).ToArray());
        return
        [
            TensorData.FromBytes(ShardFile.Activations, _type, [_counts.Rows, Index.Job.HiddenSize], _rows.AsMemory(0, _filled)),
            Of(ShardFile.TokenIds, TensorElementType.Int32, window => window.Ids),
            Of(ShardFile.Documents, TensorElementType.Int64, window => window.Documents),
            Of(ShardFile.Positions, TensorElementType.Int32, window => Enumerable.Range(0, window.Ids.Length).ToArray()),
            Of(ShardFile.Windows, TensorElementType.Int64, window => Enumerable.Repeat(window.Number, window.Ids.Length).ToArray()),
            Of(ShardFile.Roles, TensorElementType.UInt8, window => window.Roles),
            TensorData.FromBytes(ShardFile.LeftOutWhy, TensorElementType.UInt8, [tokens], MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_leftOut)).ToArray()),
        ];
    }

    /// <summary>Removes what a killed run was writing under a temporary name.</summary>
    private static void Sweep(string folder)
    {
        foreach (var pattern in (ReadOnlySpan<string>)[".shard-*.safetensors.*.tmp", $".{ShardIndex.FileName}.*.tmp"])
        {
            foreach (var file in Directory.EnumerateFiles(folder, pattern))
            {
                File.Delete(file);
            }
        }
    }

    private static void Guard(string path, Action write)
    {
        try
        {
            write();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw WriteFailure.Of(path, failure, kept: Kept);
        }
        catch (SteeringException failure) when (failure.InnerException is IOException or UnauthorizedAccessException)
        {
            throw new SteeringException($"{failure.Message} {Kept}", failure);
        }
    }
}
