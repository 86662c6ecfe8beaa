using System.Collections.Concurrent;
using Steering.Export;
using Steering.Export.Precision;
using Steering.Export.Sockets;

namespace Steering.Tests.Analysis;

/// <summary>Model folders made from checkpoints, each once a test run, in a folder that goes away with it.</summary>
[TestClass]
public static class TestModels
{
    private static readonly string Root = Directory.CreateTempSubdirectory("steering-models-").FullName;
    private static readonly ConcurrentDictionary<string, Lazy<string>> Folders = new(StringComparer.Ordinal);

    /// <summary>TinyStories-656K: two blocks, d 128.</summary>
    public static string Stories(WeightPrecision precision = WeightPrecision.Float32, bool socketed = false) =>
        Import(OracleFolder.RequireModel("tinystories-656k"), precision, socketed);

    /// <summary>The bundled sandbox: six blocks, d 160. It is there on every machine.</summary>
    public static string Sandbox(WeightPrecision precision = WeightPrecision.Float32, bool socketed = false) =>
        Import(SandboxModel.Bundle.CheckpointFolder, precision, socketed);

    /// <summary>SmolLM2-135M-Instruct: thirty blocks, d 576. Importing it takes seconds.</summary>
    public static string SmolLm(WeightPrecision precision = WeightPrecision.Float32, bool socketed = false) =>
        Import(OracleFolder.RequireModel("smollm2-135m-instruct", "SmolLM2-135M-Instruct.Q4_1.gguf"), precision, socketed);

    /// <summary>The model folder of a checkpoint.</summary>
    public static string Import(string checkpoint, WeightPrecision precision = WeightPrecision.Float32, bool socketed = false)
    {
        var name = $"{Path.GetFileName(checkpoint)}-{precision}-{(socketed ? "socketed" : "plain")}";
        return Folders.GetOrAdd(name, _ => new Lazy<string>(() =>
        {
            var destination = Path.Combine(Root, name);
            var options = new ImportOptions { Precision = precision, Sites = socketed ? SiteSelection.All : null };
            ModelImporter.Import(checkpoint, destination, options, progress: null, CancellationToken.None);
            return destination;
        })).Value;
    }

    /// <summary>Removes the folders.</summary>
    [AssemblyCleanup]
    public static void RemoveFolders() => Directory.Delete(Root, recursive: true);
}
