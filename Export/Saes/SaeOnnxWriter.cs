using Steering.Export.Onnx;
using Steering.IO;
using Steering.Saes;

namespace Steering.Export.Saes;

/// <summary>
/// Writes a sparse autoencoder as ONNX graphs that any runtime reads: encode, decode and edit (encode, change some
/// activations, decode, reconstruction error kept). Standard operators of opset 17 only, batch and sequence dynamic,
/// metadata inside. Every fold of <see cref="SparseAutoencoder"/> is applied, so that the graphs compute what it computes.
/// </summary>
/// <remarks>
/// The folder holds <c>encode.onnx</c>, <c>decode.onnx</c> and <c>edit.onnx</c> as asked for (see
/// <see cref="SaeOnnxNames"/> for inputs and outputs) and <c>sae.json</c>. TopK and AbsTopK give values and indices
/// [batch, sequence, k], and decode gathers those rows only, unless <see cref="SaeOnnxOptions.Dense"/>; every other kind
/// has activations [batch, sequence, D].
/// </remarks>
/// <example><code>
/// var sae = SaeFolder.Load("sae-l15");
/// SaeOnnxWriter.Write("sae-l15-onnx", sae);
/// </code></example>
public static class SaeOnnxWriter
{
    /// <summary>Writes the graphs, atomically: the folder appears when it is complete.</summary>
    /// <param name="folder">The folder to make.</param>
    /// <param name="autoencoder">The autoencoder.</param>
    /// <param name="options">Graphs, precision and form; null: all graphs in fp32.</param>
    /// <param name="progress">Told the share of the weights written, 0 to 1.</param>
    /// <param name="cancellationToken">Stops between weights, leaving nothing behind.</param>
    /// <returns>The files, in the order encode, decode, edit.</returns>
    /// <exception cref="SteeringException">The folder holds something, or the weights do not fit the precision.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static IReadOnlyList<SaeOnnxFile> Write(string folder, SparseAutoencoder autoencoder, SaeOnnxOptions? options = null, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(autoencoder);
        options ??= new SaeOnnxOptions();
        Check(folder, autoencoder, options);
        var kinds = new[] { SaeOnnxGraphs.Encode, SaeOnnxGraphs.Decode, SaeOnnxGraphs.Edit }.Where(kind => options.Graphs.HasFlag(kind)).ToArray();
        using var target = AtomicFolder.Create(folder, replace: options.Overwrite);
        var graphs = new List<(string Name, string File, GraphProto Graph)>();
        foreach (var (index, kind) in kinds.Index())
        {
            var builder = Build(autoencoder, options, kind);
            var path = Path.Combine(target.WorkingPath, SaeOnnxNames.FileOf(kind));
            Save(builder, path, options, new Share(progress, index, kinds.Length), cancellationToken);
            builder.Model.Graph.Initializer.Clear();
            graphs.Add((Path.GetFileNameWithoutExtension(path), Path.GetFileName(path), builder.Model.Graph));
        }

        var shared = SaeOnnxMetadata.Of(autoencoder, options, kinds[0]).Where(line => line.Key != SaeOnnxNames.MetadataPrefix + "graph");
        AtomicFile.WriteAllBytes(Path.Combine(target.WorkingPath, SaeOnnxNames.ManifestFile), SaeOnnxManifest.Write(shared, graphs));
        cancellationToken.ThrowIfCancellationRequested();
        target.Commit();
        return [.. kinds.Select(kind => Describe(target.Destination, kind))];
    }

    /// <summary>One graph with its metadata, its weights still to be written.</summary>
    internal static GraphBuilder Build(SparseAutoencoder autoencoder, SaeOnnxOptions options, SaeOnnxGraphs kind)
    {
        var graph = new SaeGraph(autoencoder, options, Path.GetFileNameWithoutExtension(SaeOnnxNames.FileOf(kind)));
        var builder = kind switch
        {
            SaeOnnxGraphs.Encode => SaeEncodeGraph.Build(graph),
            SaeOnnxGraphs.Decode => SaeDecodeGraph.Build(graph),
            _ => SaeEditGraph.Build(graph),
        };
        builder.Model.ProducerVersion = SaeOnnxMetadata.Version;
        SaeOnnxMeanings.Describe(builder.Model.Graph, kind);
        foreach (var (key, value) in SaeOnnxMetadata.Of(autoencoder, options, kind))
        {
            builder.Metadata(key, value);
        }

        return builder;
    }

    private static void Check(string folder, SparseAutoencoder autoencoder, SaeOnnxOptions options)
    {
        if (options.Graphs == SaeOnnxGraphs.None || (options.Graphs & ~SaeOnnxGraphs.All) != SaeOnnxGraphs.None)
        {
            throw new SteeringException($"{autoencoder.Source}: '{options.Graphs}' names no graph to write; choose Encode, Decode, Edit or several.");
        }

        if (!Enum.IsDefined(options.Precision))
        {
            throw new SteeringException($"{autoencoder.Source}: there is no precision '{options.Precision}'; choose Float32 or Float16.");
        }

        if (folder.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase))
        {
            throw new SteeringException($"{folder} looks like a file; the graphs go into a folder, as {SaeOnnxNames.FileOf(SaeOnnxGraphs.Encode)} and so on. Give the folder's name.");
        }

        // Only what this writer made is replaced: a slip of the hand must not take a home folder with it.
        if (options.Overwrite && Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any() && !File.Exists(Path.Combine(folder, SaeOnnxNames.ManifestFile)))
        {
            throw new SteeringException($"{folder} holds something other than exported graphs (no {SaeOnnxNames.ManifestFile}), so it is not replaced. Choose another name or remove it first.");
        }
    }

    private static void Save(GraphBuilder builder, string path, SaeOnnxOptions options, Share share, CancellationToken cancellationToken)
    {
        if (builder.Contents.Values.Sum(content => content.Length) >= options.ExternalFrom)
        {
            OnnxModelFile.Save(builder, path, share, cancellationToken);
        }
        else
        {
            OnnxModelFile.SaveWhole(builder, path, share, cancellationToken);
        }
    }

    private static SaeOnnxFile Describe(string folder, SaeOnnxGraphs kind)
    {
        var path = Path.Combine(folder, SaeOnnxNames.FileOf(kind));
        var data = new FileInfo(path + OnnxModelFile.DataSuffix);
        return new SaeOnnxFile(kind, path, new FileInfo(path).Length + (data.Exists ? data.Length : 0));
    }

    private sealed class Share(IProgress<double>? progress, int index, int count) : IProgress<(long Done, long Total)>
    {
        public void Report((long Done, long Total) value) => progress?.Report((index + ((double)value.Done / Math.Max(1, value.Total))) / count);
    }
}
