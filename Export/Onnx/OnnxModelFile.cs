using Google.Protobuf;
using Steering.IO;

namespace Steering.Export.Onnx;

/// <summary>Reads and writes <c>model.onnx</c> files and their external data.</summary>
internal static class OnnxModelFile
{
    /// <summary>Largest model file that the format allows: protobuf messages end at 2 GiB.</summary>
    public const long MaximumLength = int.MaxValue;

    /// <summary>Suffix of the data file beside a model file.</summary>
    public const string DataSuffix = ".data";

    private const int PageSize = 4096;
    private const int SmallAlignment = 64;
    private const int PageAlignedFrom = 1 << 20;
    private const int InlineBelow = 1024;

    /// <summary>Reads a model and checks that all its external data lies within its folder and its files.</summary>
    /// <param name="path">The <c>.onnx</c> file.</param>
    /// <returns>The model; bytes of external initialisers are not loaded.</returns>
    /// <exception cref="SteeringException">The file is missing, too large, not an ONNX model, or refers to bytes that are not there.</exception>
    public static ModelProto Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw new SteeringException($"There is no ONNX model at {path}.");
        }

        if (file.Length > MaximumLength)
        {
            throw new SteeringException($"{path} has {file.Length} bytes; an ONNX file ends at {MaximumLength}, with larger weights in an external data file.");
        }

        ModelProto model;
        try
        {
            using var stream = file.OpenRead();
            model = ModelProto.Parser.ParseFrom(stream);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new SteeringException($"{path} is not an ONNX model: {exception.Message}", exception);
        }

        if (model.Graph is null)
        {
            throw new SteeringException($"{path} is not an ONNX model: it holds no graph.");
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        foreach (var tensor in model.Graph.Initializer.Where(ExternalData.IsExternal))
        {
            _ = ExternalData.Read(tensor, folder);
        }

        return model;
    }

    /// <summary>Writes a model file atomically; its external data is not touched.</summary>
    public static void Save(ModelProto model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.Write(path, model.WriteTo, model.CalculateSize());
    }

    /// <summary>
    /// Writes a built model and its weights: <paramref name="path"/> and, beside it, the same name with
    /// <see cref="DataSuffix"/>. Weights are produced and written one at a time, each aligned so that it can be mapped.
    /// </summary>
    /// <param name="builder">The model; its initialisers receive their places.</param>
    /// <param name="path">The <c>.onnx</c> file to write. The folder must exist; make it an unfinished one (the two files are not one atomic step).</param>
    /// <param name="written">Receives (bytes written so far, bytes in all).</param>
    /// <param name="cancellationToken">Stops between weights.</param>
    public static void Save(GraphBuilder builder, string path, IProgress<(long Done, long Total)>? written = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(path);
        var total = builder.Contents.Values.Sum(content => content.Length);
        var location = Path.GetFileName(path) + DataSuffix;
        var places = new Dictionary<string, ExternalData>(StringComparer.Ordinal);
        DiskSpace.Require(path + DataSuffix, total);
        try
        {
            using var data = new FileStream(path + DataSuffix, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                BufferSize = 1 << 20,
            });
            long done = 0;
            foreach (var tensor in builder.Model.Graph.Initializer)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!builder.Contents.TryGetValue(tensor.Name, out var content))
                {
                    continue;
                }

                var shared = builder.SharedWith.Values.Contains(tensor.Name, StringComparer.Ordinal);
                if (content.Length < InlineBelow && !shared)
                {
                    tensor.RawData = Bytes(tensor.Name, content);
                }
                else
                {
                    var place = WriteAligned(tensor.Name, content, data, location);
                    place.Apply(tensor);
                    places.Add(tensor.Name, place);
                }

                done += content.Length;
                written?.Report((done, total));
            }

            data.Flush(flushToDisk: true);
        }
        catch (IOException failure) when (WriteFailure.IsOfWriting(failure))
        {
            throw WriteFailure.Of(path + DataSuffix, failure, total);
        }

        foreach (var tensor in builder.Model.Graph.Initializer)
        {
            if (builder.SharedWith.TryGetValue(tensor.Name, out var owner))
            {
                places[owner].Apply(tensor);
            }
        }

        Save(builder.Model, path);
    }

    /// <summary>Writes a built model with its weights inside, as one file, atomically.</summary>
    /// <param name="builder">The model; its initialisers receive their bytes.</param>
    /// <param name="path">The <c>.onnx</c> file to write.</param>
    /// <param name="written">Receives (bytes of weights so far, bytes in all).</param>
    /// <param name="cancellationToken">Stops between weights.</param>
    /// <exception cref="SteeringException">The weights do not fit a single file.</exception>
    public static void SaveWhole(GraphBuilder builder, string path, IProgress<(long Done, long Total)>? written = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(path);
        var total = builder.Contents.Values.Sum(content => content.Length);
        if (total > MaximumLength - (MaximumLength / 16))
        {
            throw new SteeringException($"{path}: {total} bytes of weights do not fit one ONNX file, which ends at {MaximumLength}; keep them in an external data file.");
        }

        long done = 0;
        foreach (var tensor in builder.Model.Graph.Initializer.Where(tensor => builder.Contents.ContainsKey(tensor.Name)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var content = builder.Contents[tensor.Name];
            tensor.RawData = Bytes(tensor.Name, content);
            done += content.Length;
            written?.Report((done, total));
        }

        foreach (var tensor in builder.Model.Graph.Initializer)
        {
            if (builder.SharedWith.TryGetValue(tensor.Name, out var owner))
            {
                tensor.RawData = builder.Model.Graph.Initializer.First(candidate => string.Equals(candidate.Name, owner, StringComparison.Ordinal)).RawData;
            }
        }

        Save(builder.Model, path);
    }

    private static ExternalData WriteAligned(string name, TensorContent content, FileStream data, string location)
    {
        var alignment = content.Length >= PageAlignedFrom ? PageSize : SmallAlignment;
        var padding = (int)((alignment - (data.Position % alignment)) % alignment);
        Span<byte> zeros = stackalloc byte[SmallAlignment];
        zeros.Clear();
        for (; padding > 0; padding -= Math.Min(padding, SmallAlignment))
        {
            data.Write(zeros[..Math.Min(padding, SmallAlignment)]);
        }

        var offset = data.Position;
        content.WriteTo(data);
        CheckLength(name, content, data.Position - offset);
        return new(location, offset, content.Length);
    }

    private static ByteString Bytes(string name, TensorContent content)
    {
        var bytes = new byte[content.Length];
        using var memory = new MemoryStream(bytes);
        content.WriteTo(memory);
        CheckLength(name, content, memory.Position);
        return UnsafeByteOperations.UnsafeWrap(bytes);
    }

    private static void CheckLength(string name, TensorContent content, long length)
    {
        if (length != content.Length)
        {
            throw new InvalidOperationException($"The content of weight '{name}' wrote {length} bytes instead of {content.Length}.");
        }
    }
}
