using Steering.IO;
using Steering.Tensors;

namespace Steering.Export.Checkpoints;

/// <summary>
/// A Hugging Face folder: <c>config.json</c> with <c>model.safetensors</c> or the shards of
/// <c>model.safetensors.index.json</c>. Names lacking the model's prefix (older gpt2 files) get it, and gpt2's matrices,
/// stored [in, out], are given as [out, in] like all others.
/// </summary>
internal sealed class SafetensorsCheckpoint : ICheckpoint
{
    private static readonly string[] TokenizerNames =
    [
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt",
        "tokenizer.model", "chat_template.jinja",
    ];

    private readonly List<SafetensorsFile> _files;
    private readonly Dictionary<string, (SafetensorsFile File, string Name)> _tensors = new(StringComparer.Ordinal);

    private SafetensorsCheckpoint(string source, string folder, List<SafetensorsFile> files, Dictionary<string, SafetensorsFile> tensors)
    {
        (Source, _files) = (source, files);
        Config = HuggingFaceConfig.Read(folder);
        var blobs = HuggingFaceCache.BlobsOf(folder);
        TokenizerFiles = [.. TokenizerNames.Where(name => File.Exists(Path.Combine(folder, name))).Select(name => ContainedPath.Resolve(folder, name, blobs))];
        foreach (var (stored, file) in tensors)
        {
            var name = WithPrefix(stored);
            if (!_tensors.TryAdd(name, (file, stored)))
            {
                throw new SteeringException($"{source} holds tensor '{name}' twice, with and without its prefix; save the model again.");
            }
        }
    }

    /// <inheritdoc/>
    public string Source { get; }

    /// <inheritdoc/>
    public CheckpointConfig Config { get; }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> TensorNames => _tensors.Keys;

    /// <summary>Absolute paths of the tokenizer's files that the folder holds: <c>tokenizer.json</c>, <c>tokenizer_config.json</c> …</summary>
    public IReadOnlyList<string> TokenizerFiles { get; }

    /// <summary>Opens a folder, or a single <c>.safetensors</c> file with <c>config.json</c> beside it.</summary>
    /// <exception cref="SteeringException">Something is missing, damaged, not supported or outside the folder.</exception>
    public static SafetensorsCheckpoint Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var opened = new List<SafetensorsFile>();
        try
        {
            if (Directory.Exists(path))
            {
                return new SafetensorsCheckpoint(path, path, opened, ShardIndex.Open(path, opened));
            }

            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            if (File.Exists(Path.Combine(folder, CheckpointFiles.Index)) && !string.Equals(Path.GetFileName(path), CheckpointFiles.Single, StringComparison.Ordinal))
            {
                throw new SteeringException($"{path} is one shard of several; open its folder instead: {folder}");
            }

            return new SafetensorsCheckpoint(path, folder, opened, ShardIndex.OpenSingle(path, opened));
        }
        catch
        {
            opened.ForEach(file => file.Dispose());
            throw;
        }
    }

    /// <inheritdoc/>
    public CheckpointTensor Describe(string name)
    {
        var (file, stored) = Find(name);
        var info = file.Describe(stored);
        return new CheckpointTensor(name, IsTransposed(name, info) ? [info.Shape[1], info.Shape[0]] : info.Shape, info.ElementType.ToString());
    }

    /// <inheritdoc/>
    public void ReadFloat32(string name, Span<float> destination)
    {
        var (file, stored) = Find(name);
        var info = file.Describe(stored);
        if (!IsTransposed(name, info))
        {
            file.ReadFloat32(stored, destination);
            return;
        }

        var source = file.ReadFloat32(stored);
        if (source.Length != destination.Length)
        {
            throw new SteeringException($"{Source}: tensor '{name}' has {source.Length} elements; room for {destination.Length} was given.");
        }

        Transpose(source, (int)info.Shape[0], (int)info.Shape[1], destination);
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> ReadBlocks(string name)
    {
        _ = Find(name);
        return ReadOnlyMemory<byte>.Empty;
    }

    /// <summary>Unmaps the files.</summary>
    public void Dispose() => _files.ForEach(file => file.Dispose());

    private static void Transpose(ReadOnlySpan<float> source, int rows, int columns, Span<float> destination)
    {
        // In squares that stay in the first-level cache.
        const int Tile = 32;
        for (var top = 0; top < rows; top += Tile)
        {
            for (var left = 0; left < columns; left += Tile)
            {
                for (var row = top; row < Math.Min(rows, top + Tile); row++)
                {
                    for (var column = left; column < Math.Min(columns, left + Tile); column++)
                    {
                        destination[(column * rows) + row] = source[(row * columns) + column];
                    }
                }
            }
        }
    }

    private (SafetensorsFile File, string Name) Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _tensors.TryGetValue(name, out var tensor)
            ? tensor
            : throw new SteeringException($"{Source} has no tensor '{name}'; the nearest of its {_tensors.Count} names: {Suggestions.For(name, _tensors.Keys)}.");
    }

    private string WithPrefix(string name)
    {
        var prefix = Config.ModelType switch
        {
            "gpt2" => "transformer.",
            "gpt_neox" => "gpt_neox.",
            _ => "model.",
        };
        return name.StartsWith(prefix, StringComparison.Ordinal) || name.StartsWith("lm_head.", StringComparison.Ordinal) || name.StartsWith("embed_out.", StringComparison.Ordinal)
            ? name
            : prefix + name;
    }

    private bool IsTransposed(string name, TensorInfo info) =>
        info.Shape.Count == 2
        && string.Equals(Config.ModelType, "gpt2", StringComparison.Ordinal)
        && (name.EndsWith(".c_attn.weight", StringComparison.Ordinal) || name.EndsWith(".c_proj.weight", StringComparison.Ordinal) || name.EndsWith(".c_fc.weight", StringComparison.Ordinal));
}
