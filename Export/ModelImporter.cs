using Steering.Export.Architectures;
using Steering.Export.Checkpoints;
using Steering.Export.Onnx;
using Steering.Export.Sockets;
using Steering.Export.Tokenizers;
using Steering.IO;

namespace Steering.Export;

/// <summary>Turns a checkpoint into a folder that ONNX Runtime GenAI runs.</summary>
public static class ModelImporter
{
    /// <summary>Name of the graph's file in a model folder.</summary>
    public const string ModelFile = "model.onnx";

    /// <summary>Imports a checkpoint.</summary>
    /// <param name="source">A GGUF file, a safetensors file beside its <c>config.json</c>, or a Hugging Face folder.</param>
    /// <param name="destination">The model folder to make. It appears under this name only when it is complete.</param>
    /// <param name="options">Precision and sockets.</param>
    /// <param name="progress">Told about stages and shares.</param>
    /// <param name="cancellationToken">Stops between weights, leaving nothing behind.</param>
    /// <exception cref="SteeringException">
    /// The destination exists, or the checkpoint is damaged, incomplete, of an unsupported architecture or tokenizer.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static void Import(string source, string destination, ImportOptions options, IProgress<ImportProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        ArgumentException.ThrowIfNullOrEmpty(destination);
        ArgumentNullException.ThrowIfNull(options);
        progress?.Report(new("reading the checkpoint", 0));
        using var checkpoint = Checkpoint.Open(source);
        var architecture = ArchitectureRegistry.Find(checkpoint.Config.ModelType);
        var replaces = options.Overwrite && IsModelFolder(destination);
        using var folder = AtomicFolder.Create(destination, replaces);
        Write(checkpoint, architecture, folder.WorkingPath, options, progress, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        folder.Commit();
        progress?.Report(new("done", 1));
    }

    private static void Write(ICheckpoint checkpoint, IArchitecture architecture, string folder, ImportOptions options, IProgress<ImportProgress>? progress, CancellationToken cancellationToken)
    {
        var hasTokenizer = TokenizerFiles.Write(checkpoint.Source, folder);
        GenAiConfigFile.Write(folder, ModelFile, architecture.GenAiType(checkpoint.Config.ModelType), checkpoint.Config);
        progress?.Report(new("reading the checkpoint", 0.01, hasTokenizer ? null : $"{checkpoint.Source} has no tokenizer.json: the model can only be given token ids."));
        cancellationToken.ThrowIfCancellationRequested();
        progress?.Report(new("taking the checkpoint's fingerprint", 0.02));
        var fingerprint = CheckpointFingerprint.Of(checkpoint, cancellationToken);
        progress?.Report(new("building the graph", 0.02));
        var decoder = new DecoderGraph(checkpoint, options.Precision, options.ExactActivations);
        decoder.Graph.Metadata(SocketOptions.ModelNameKey, checkpoint.Config.ModelName);
        decoder.Graph.Metadata(SocketOptions.ArchitectureKey, checkpoint.Config.ModelType);
        decoder.Graph.Metadata(SocketOptions.CheckpointKey, fingerprint);
        architecture.Build(decoder, checkpoint);
        if (UnreadTensors.Check(checkpoint, decoder.ReadTensors) is { } leftOut)
        {
            progress?.Report(new("building the graph", 0.02, leftOut));
        }

        var genAi = GenAiFolder.Load(folder);
        var socketed = options.Sites is null ? null : SocketGraft.Apply(decoder.Graph.Model, options.Sites, genAi.Names, genAi.Facts);
        var written = progress is null ? null : new WeightProgress(progress);
        OnnxModelFile.Save(decoder.Graph, Path.Combine(folder, ModelFile), written, cancellationToken);
        if (socketed is not null)
        {
            progress?.Report(new("taking fingerprints", 0.98));
            ModelSocketer.WriteManifest(folder, ModelFile, decoder.Graph.Model, socketed);
        }
    }

    // Only a model folder is replaced: a slip of the hand must not take a home folder with it.
    private static bool IsModelFolder(string destination)
    {
        if (!Directory.Exists(destination) || !Directory.EnumerateFileSystemEntries(destination).Any())
        {
            return false;
        }

        return File.Exists(Path.Combine(destination, GenAiConfigFile.FileName))
            ? true
            : throw new SteeringException($"{destination} holds something that is no model folder (no {GenAiConfigFile.FileName}); it is not overwritten. Choose another destination.");
    }

    private sealed class WeightProgress(IProgress<ImportProgress> progress) : IProgress<(long Done, long Total)>
    {
        public void Report((long Done, long Total) value) =>
            progress.Report(new("writing weights", 0.03 + (0.95 * value.Done / Math.Max(1, value.Total))));
    }
}
