using System.Numerics.Tensors;
using Steering.Export.Checkpoints.Gguf;
using Steering.Export.Checkpoints.Quantisation;
using Steering.Tensors;

namespace Steering.Export.Checkpoints;

/// <summary>
/// A model in a GGUF file, given in Hugging Face form: names, order of rows, and norm weights as they were before the
/// conversion. Tensor data stays in the mapped file.
/// </summary>
internal sealed class GgufCheckpoint : ICheckpoint
{
    /// <summary>Elements that one task dequantises: enough to outweigh starting it.</summary>
    private const int ElementsPerTask = 1 << 16;

    private readonly GgufFile _file;
    private readonly Dictionary<string, Entry> _tensors = new(StringComparer.Ordinal);

    private GgufCheckpoint(GgufFile file)
    {
        _file = file;
        if (file.Metadata.TryGetValue("split.count", out var splits) && splits.AsInt64() > 1)
        {
            throw new SteeringException($"{file.Path} is one of {splits} parts of a model; merge them into one file first (llama-gguf-split --merge).");
        }

        var architecture = GgufArchitecture.Find(file);
        Config = GgufConfig.Read(file, architecture);
        foreach (var tensor in file.Tensors.Values.Where(tensor => !architecture.Settings.Contains(tensor.Name)))
        {
            var (name, part) = architecture.Translate(tensor.Name, Config.BlockCount)
                ?? throw new SteeringException($"{file.Path} holds tensor '{tensor.Name}', which a {architecture.Name} model of {Config.BlockCount} blocks does not have.");
            if (!Dequantiser.Supports(tensor.Type))
            {
                throw new SteeringException($"{file.Path}: tensor '{tensor.Name}' cannot be read. {Dequantiser.Unsupported(tensor.Type)}");
            }

            var offset = tensor.Name.EndsWith("norm.weight", StringComparison.Ordinal) ? architecture.NormOffset : 0;
            if (!_tensors.TryAdd(name, new Entry(tensor, CheckedOrder(tensor, architecture.RowOrder(part, Config)), offset)))
            {
                throw new SteeringException($"{file.Path} holds two tensors that stand for '{name}', one of them as '{tensor.Name}'.");
            }
        }
    }

    /// <inheritdoc/>
    public string Source => _file.Path;

    /// <inheritdoc/>
    public CheckpointConfig Config { get; }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> TensorNames => _tensors.Keys;

    /// <summary>The file's metadata: the tokenizer stands under <c>tokenizer.ggml.*</c> and <c>tokenizer.chat_template</c>.</summary>
    public IReadOnlyDictionary<string, GgufValue> Metadata => _file.Metadata;

    /// <summary>Opens a GGUF file that holds a whole model.</summary>
    /// <exception cref="SteeringException">It is missing, damaged or not supported; the message names the key or tensor.</exception>
    public static GgufCheckpoint Open(string path)
    {
        var file = GgufFile.Open(path);
        try
        {
            return new GgufCheckpoint(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public CheckpointTensor Describe(string name)
    {
        var tensor = Find(name).Tensor;
        return new CheckpointTensor(name, tensor.Shape, tensor.Type.ElementType()?.ToString() ?? tensor.Type.ToString());
    }

    /// <inheritdoc/>
    public unsafe void ReadFloat32(string name, Span<float> destination)
    {
        var entry = Find(name);
        var tensor = entry.Tensor;
        if (tensor.Count != destination.Length)
        {
            throw new SteeringException($"{Source}: tensor '{name}' [{string.Join(", ", tensor.Shape)}] has {tensor.Count} elements; room for {destination.Length} was given.");
        }

        if (destination.IsEmpty)
        {
            return;
        }

        // Refuses a disposed file here rather than inside the tasks.
        _ = _file.Bytes(tensor.Name, 0, 0);
        var rows = new Rows(tensor);
        var rowsPerTask = (int)Math.Min(rows.Count, Math.Max(1, ElementsPerTask / rows.Elements));
        var tasks = (int)((rows.Count + rowsPerTask - 1) / rowsPerTask);
        fixed (float* start = destination)
        {
            var target = start;
            Parallel.For(0, tasks, task =>
            {
                var first = (long)task * rowsPerTask;
                var count = (int)Math.Min(rowsPerTask, rows.Count - first);
                ReadRows(entry, rows, first, new Span<float>(target + (first * rows.Elements), count * rows.Elements));
            });
        }
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> ReadBlocks(string name)
    {
        var entry = Find(name);
        if (entry.Tensor.Type.ElementType() is not null)
        {
            return ReadOnlyMemory<byte>.Empty;
        }

        if (entry.RowOrder is not { } order)
        {
            return _file.Memory(entry.Tensor.Name);
        }

        var source = _file.Bytes(entry.Tensor.Name);
        var rows = new Rows(entry.Tensor);
        var blocks = new byte[source.Length];
        for (var row = 0L; row < rows.Count; row++)
        {
            source.Slice((int)(order(row) * rows.Bytes), rows.Bytes).CopyTo(blocks.AsSpan((int)(row * rows.Bytes)));
        }

        return blocks;
    }

    /// <summary>Unmaps the file. Memories from <see cref="ReadBlocks"/> must not be used afterwards.</summary>
    public void Dispose() => _file.Dispose();

    private void ReadRows(Entry entry, Rows rows, long first, Span<float> destination)
    {
        if (entry.RowOrder is not { } order)
        {
            var count = destination.Length / rows.Elements;
            Dequantiser.ToFloat32(entry.Tensor.Type, _file.Bytes(entry.Tensor.Name, first * rows.Bytes, count * rows.Bytes), destination);
        }
        else
        {
            for (var row = first; !destination.IsEmpty; row++, destination = destination[rows.Elements..])
            {
                Dequantiser.ToFloat32(entry.Tensor.Type, _file.Bytes(entry.Tensor.Name, order(row) * rows.Bytes, rows.Bytes), destination[..rows.Elements]);
            }
        }

        if (entry.Offset != 0)
        {
            TensorPrimitives.Subtract(destination, entry.Offset, destination);
        }
    }

    private Func<long, long>? CheckedOrder(GgufTensorInfo tensor, Func<long, long>? order)
    {
        // An order is made for the rows of whole heads; with another number of rows it would leave the tensor.
        if (order is null)
        {
            return null;
        }

        var rows = tensor.Shape[0];
        long size = Config.HeadSize;
        var expected = tensor.Name.Contains(".attn_k.", StringComparison.Ordinal) ? size * Config.KeyValueHeadCount
            : tensor.Name.Contains(".attn_qkv.", StringComparison.Ordinal) ? 3 * size * Config.HeadCount
            : size * Config.HeadCount;
        return rows == expected && size % 2 == 0
            ? order
            : throw new SteeringException($"{_file.Path}: tensor '{tensor.Name}' has {rows} rows; {expected} were expected of heads of {size}.");
    }

    private Entry Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _tensors.TryGetValue(name, out var entry)
            ? entry
            : throw new SteeringException($"{Source} has no tensor '{name}'; the nearest of its {_tensors.Count} names: {Suggestions.For(name, _tensors.Keys)}.");
    }

    private sealed record Entry(GgufTensorInfo Tensor, Func<long, long>? RowOrder, float Offset);

    /// <summary>A tensor seen as rows; a vector is as many rows of one element, so that orders of rows hold for biases too.</summary>
    private readonly record struct Rows
    {
        public Rows(GgufTensorInfo tensor)
        {
            var (elements, bytes) = tensor.Type.Block();
            var isVector = tensor.Shape.Count == 1 && elements == 1;
            Elements = isVector ? 1 : checked((int)tensor.Shape[^1]);
            Count = Elements == 0 ? 0 : tensor.Count / Elements;
            Bytes = Elements / elements * bytes;
        }

        public int Elements { get; }

        public int Bytes { get; }

        public long Count { get; }
    }
}
