using System.Globalization;
using Steering.Models;
using Steering.Sockets;

namespace Steering.Cli.Inspection;

/// <summary>Describes model folders.</summary>
internal static class ModelInspector
{
    public static Description Describe(string folder)
    {
        var config = GenAiConfig.Load(folder);
        var manifest = File.Exists(Path.Combine(folder, SocketManifest.FileName)) ? SocketManifestFile.Load(folder) : null;
        if (manifest is not null)
        {
            SocketManifestFile.Verify(folder, manifest, weights: false);
        }

        var bytes = new DirectoryInfo(folder).EnumerateFiles().Sum(file => file.Length);
        var name = manifest?.ModelName ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        var sockets = manifest is null
            ? "It has no sockets; 'steer socket' makes it steerable."
            : $"It can be steered at {ModelFolderSummary.Sites(manifest)}.";
        var sentence = string.Create(CultureInfo.InvariantCulture, $"A model folder: {name}, {config.ModelType} with {config.BlockCount} blocks. {sockets}");
        string[] libraries = [.. config.Libraries.Select(library => $"{library.Place}: {library.Name}")];
        if (libraries.Length > 0)
        {
            sentence += $" {GenAiConfig.FileName} names libraries, whose code would run in this process: it is not loaded without --allow-custom-operators.";
        }

        return new Description("model", folder, sentence,
        [
            new Fact("name", name),
            new Fact("architecture", manifest?.Architecture ?? config.ModelType),
            new Fact("blocks", config.BlockCount),
            new Fact("hiddenSize", manifest?.HiddenSize),
            new Fact("vocabulary", config.VocabularySize),
            new Fact("contextLength", config.ContextLength),
            new Fact("activationType", manifest?.ActivationType),
            new Fact("sites", manifest?.Sites.Select(site => site.Name).ToArray() ?? []),
            new Fact("loadsLibraries", libraries),
            new Fact("bytes", bytes),
            new Fact("weightsSha256", manifest?.WeightsSha256),
            new Fact("checkpointSha256", manifest?.CheckpointSha256),
        ]);
    }
}
