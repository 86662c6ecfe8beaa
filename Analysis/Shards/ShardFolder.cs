namespace Steering.Analysis.Shards;

/// <summary>A folder of activation shards, for reading. A shard's checksum is compared when it is first opened. Not thread-safe.</summary>
public sealed class ShardFolder
{
    private readonly HashSet<int> _verified = [];

    private ShardFolder(string path, ShardIndex index)
    {
        Path = path;
        Index = index;
    }

    /// <summary>Full path of the folder.</summary>
    public string Path { get; }

    /// <summary>Its index.</summary>
    public ShardIndex Index { get; }

    /// <summary>Width d of a row.</summary>
    public int HiddenSize => Index.Job.HiddenSize;

    /// <summary>Reads the index, and checks that every shard is there and as long as the index says.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="SteeringException">It is no folder of shards, or a shard is missing or cut short.</exception>
    public static ShardFolder Open(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        var path = System.IO.Path.GetFullPath(folder);
        if (!Directory.Exists(path))
        {
            throw new SteeringException($"The folder of shards {path} does not exist. Make one with 'steer harvest'.");
        }

        var index = ShardIndex.Load(path);
        foreach (var entry in index.Shards)
        {
            ShardFile.CheckLength(path, entry);
        }

        return new ShardFolder(path, index);
    }

    /// <summary>Opens a shard.</summary>
    /// <param name="number">Number of the shard, from 0.</param>
    /// <exception cref="SteeringException">It was altered or belongs to another harvest.</exception>
    public ShardFile OpenShard(int number)
    {
        var shard = ShardFile.Open(Path, Index, number, verify: !_verified.Contains(number));
        _verified.Add(number);
        return shard;
    }

    /// <summary>Refuses a folder that was harvested from another model or site.</summary>
    /// <param name="fingerprints">Fingerprints of the model at hand, those of its checkpoint and weights; null for any.</param>
    /// <param name="site">Its site, or null for any.</param>
    /// <exception cref="SteeringException">They are not the folder's.</exception>
    public void Require(IReadOnlyCollection<string>? fingerprints, string? site)
    {
        if (fingerprints is not null && !fingerprints.Any(fingerprint => fingerprint == Index.Job.ModelSha256 || fingerprint == Index.Job.CheckpointSha256))
        {
            throw new SteeringException($"{Path} was harvested from '{Index.Job.ModelName}' of SHA-256 {(Index.Job.CheckpointSha256 ?? Index.Job.ModelSha256)[..12]}…; the model at hand has {string.Join(" or ", fingerprints.Select(fingerprint => fingerprint[..Math.Min(12, fingerprint.Length)] + "…"))}. Harvest the model at hand into another folder.");
        }

        if (site is not null && !string.Equals(site, Index.Job.Site, StringComparison.Ordinal))
        {
            throw new SteeringException($"{Path} holds activations at {Index.Job.Site}, not at {site}. Harvest that site into another folder.");
        }
    }
}
