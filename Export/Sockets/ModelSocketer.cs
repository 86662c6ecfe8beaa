using Steering.Export.Onnx;
using Steering.IO;
using Steering.Sockets;

namespace Steering.Export.Sockets;

/// <summary>
/// Makes a socketed copy of a GenAI model folder. Only the graph is written anew; files of a mebibyte and more are hard-linked, smaller
/// ones copied, and nothing appears under the final name before all of it is there.
/// </summary>
public static class ModelSocketer
{
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, MaxRecursionDepth = 8, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };

    /// <summary>Sockets a model folder.</summary>
    /// <param name="modelFolder">Folder with <c>genai_config.json</c> and its graph.</param>
    /// <param name="destination">Folder to make; must not exist, or be empty.</param>
    /// <param name="sites">After which blocks.</param>
    /// <param name="options">What to write into the manifest, or null.</param>
    /// <param name="progress">Receives the stages, or null.</param>
    /// <param name="cancellationToken">Stops the work; the destination is then not made.</param>
    /// <returns>The manifest of the new folder.</returns>
    /// <exception cref="SteeringException">The folder is no model, has sockets already, lacks a site, or its graph cannot be followed.</exception>
    public static SocketManifest Socket(
        string modelFolder,
        string destination,
        SiteSelection sites,
        SocketOptions? options = null,
        IProgress<SocketProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(modelFolder);
        ArgumentException.ThrowIfNullOrWhiteSpace(destination);
        ArgumentNullException.ThrowIfNull(sites);
        var source = Path.GetFullPath(modelFolder);
        RefuseInside(source, destination);
        if (File.Exists(Path.Combine(source, SocketManifest.FileName)))
        {
            throw new SteeringException($"{source} has sockets already: it holds a {SocketManifest.FileName}. Socket the original model folder, with all the sites at once.");
        }

        progress?.Report(new("reading the graph", 0));
        var genAi = GenAiFolder.Load(source);
        var model = OnnxModelFile.Load(Path.Combine(source, genAi.GraphFile));
        cancellationToken.ThrowIfCancellationRequested();
        progress?.Report(new("finding the residual stream", 0.1));
        var socketed = SocketGraft.Apply(model, sites, genAi.Names, genAi.Facts);
        _ = WeightFiles(model, source);

        using var folder = AtomicFolder.Create(destination);
        CopyFolder(source, folder.WorkingPath, genAi.GraphFile, cancellationToken);
        progress?.Report(new("writing the graph", 0.2));
        OnnxModelFile.Save(model, Path.Combine(folder.WorkingPath, genAi.GraphFile));
        progress?.Report(new("taking fingerprints", 0.3));
        cancellationToken.ThrowIfCancellationRequested();
        var named = new SocketOptions
        {
            ModelName = options?.ModelName ?? Metadata(model, SocketOptions.ModelNameKey) ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(source)),
            Architecture = options?.Architecture ?? Metadata(model, SocketOptions.ArchitectureKey) ?? genAi.ModelType,
        };
        var manifest = WriteManifest(folder.WorkingPath, genAi.GraphFile, model, socketed, named);
        cancellationToken.ThrowIfCancellationRequested();
        folder.Commit();
        progress?.Report(new("done", 1));
        return manifest;
    }

    /// <summary>
    /// Writes the manifest of a folder whose graph was socketed by <see cref="SocketGraft.Apply"/> before it was saved,
    /// as an import does that sockets at once.
    /// </summary>
    /// <param name="folder">Folder that holds the saved graph and its weights.</param>
    /// <param name="graphFile">Name of the graph file.</param>
    /// <param name="model">The graph as saved.</param>
    /// <param name="socketed">What <see cref="SocketGraft.Apply"/> returned.</param>
    /// <param name="options">Name and architecture; null takes the graph's metadata.</param>
    /// <exception cref="SteeringException">A file is missing, or the metadata lack the name or the architecture.</exception>
    internal static SocketManifest WriteManifest(string folder, string graphFile, ModelProto model, SocketedGraph socketed, SocketOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentException.ThrowIfNullOrWhiteSpace(graphFile);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(socketed);
        var weights = WeightFiles(model, folder);
        var manifest = new SocketManifest
        {
            FormatVersion = SocketLayout.FormatVersion,
            ModelName = options?.ModelName ?? Metadata(model, SocketOptions.ModelNameKey) ?? throw Unnamed(SocketOptions.ModelNameKey),
            Architecture = options?.Architecture ?? Metadata(model, SocketOptions.ArchitectureKey) ?? throw Unnamed(SocketOptions.ArchitectureKey),
            ActivationType = socketed.IsHalf ? "float16" : "float32",
            HiddenSize = socketed.HiddenSize,
            BlockCount = socketed.BlockCount,
            GraphFile = graphFile,
            GraphSha256 = SocketManifestFile.Sha256(folder, [graphFile]),
            WeightFiles = weights,
            WeightsSha256 = SocketManifestFile.Sha256(folder, weights),
            CheckpointSha256 = Metadata(model, SocketOptions.CheckpointKey),
            Sites = socketed.Sites,
        };
        SocketManifestFile.Save(folder, manifest);
        return manifest;
    }

    private static SteeringException Unnamed(string key) => new($"The graph's metadata lack '{key}', and none was given. Name the model when socketing it.");

    private static string? Metadata(ModelProto model, string key) =>
        model.MetadataProps.FirstOrDefault(entry => string.Equals(entry.Key, key, StringComparison.Ordinal))?.Value is { Length: > 0 } value ? value : null;

    private static string[] WeightFiles(ModelProto model, string folder) =>
    [
        .. model.Graph.Initializer.Where(ExternalData.IsExternal)
            .Select(tensor => ExternalData.Read(tensor, folder).Location)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .Select(name => GenAiFolder.FileNameIn(folder, name)),
    ];

    private static void CopyFolder(string source, string destination, string graphFile, CancellationToken cancellationToken)
    {
        foreach (var path in Directory.EnumerateFiles(source, "*", Everything))
        {
            var relative = Path.GetRelativePath(source, path);
            if (string.Equals(relative, graphFile, StringComparison.Ordinal))
            {
                continue;
            }

            cancellationToken.ThrowIfCancellationRequested();
            var copy = Path.Combine(destination, relative);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            FileLinks.Place(path, copy);
        }
    }

    private static void RefuseInside(string source, string destination)
    {
        var relative = Path.GetRelativePath(source, Path.GetFullPath(destination));
        if (!relative.StartsWith("..", StringComparison.Ordinal) && !Path.IsPathRooted(relative))
        {
            throw new SteeringException($"The destination {destination} lies in the model folder {source} itself. Choose a folder beside it.");
        }
    }
}

/// <summary>How far socketing is.</summary>
/// <param name="Stage">What is being done, in words.</param>
/// <param name="Fraction">Share of all work done, 0 … 1.</param>
public readonly record struct SocketProgress(string Stage, double Fraction);
