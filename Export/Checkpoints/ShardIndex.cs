using Steering.IO;
using Steering.Tensors;

namespace Steering.Export.Checkpoints;

/// <summary>
/// The safetensors files of a folder as one set of names: a single file, or the shards that an index names. Every shard
/// must lie in the folder, hold every tensor that the index places there, and no other.
/// </summary>
internal static class ShardIndex
{
    private static readonly HashSet<string> Harmless = new(StringComparer.Ordinal) { "metadata" };

    /// <summary>Opens every file and says which one holds each tensor.</summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <param name="opened">Receives every opened file at once, so that the caller can close them when a later one fails.</param>
    /// <exception cref="SteeringException">A file is missing, leaves the folder, or disagrees with the index.</exception>
    public static Dictionary<string, SafetensorsFile> Open(string folder, List<SafetensorsFile> opened)
    {
        var single = Path.Combine(folder, CheckpointFiles.Single);
        if (File.Exists(single))
        {
            return OpenSingle(ContainedPath.Resolve(folder, CheckpointFiles.Single, HuggingFaceCache.BlobsOf(folder)), opened);
        }

        var indexPath = Path.Combine(folder, CheckpointFiles.Index);
        var index = ConfigJson.Read(indexPath);
        var map = index.TextMap("weight_map");
        index.RefuseUnknown(Harmless);
        var blobs = HuggingFaceCache.BlobsOf(folder);
        var tensors = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        foreach (var shard in map.GroupBy(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            var file = SafetensorsFile.Open(ContainedPath.Resolve(folder, shard.Key, blobs));
            opened.Add(file);
            foreach (var name in shard)
            {
                tensors[name] = file.Contains(name)
                    ? file
                    : throw new SteeringException($"{indexPath} places tensor '{name}' in '{shard.Key}', which does not hold it. The download is incomplete or the files are of different versions; fetch them again.");
            }

            if (file.Names.FirstOrDefault(name => !map.TryGetValue(name, out var placed) || !string.Equals(placed, shard.Key, StringComparison.Ordinal)) is { } stranger)
            {
                throw new SteeringException($"'{shard.Key}' holds tensor '{stranger}', which {indexPath} does not place there. The files are of different versions; fetch them again.");
            }
        }

        return tensors;
    }

    /// <summary>One file with everything.</summary>
    public static Dictionary<string, SafetensorsFile> OpenSingle(string path, List<SafetensorsFile> opened)
    {
        var file = SafetensorsFile.Open(path);
        opened.Add(file);
        return file.Names.ToDictionary(name => name, _ => file, StringComparer.Ordinal);
    }
}
