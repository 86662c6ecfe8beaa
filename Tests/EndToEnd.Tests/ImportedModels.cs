using System.Collections.Concurrent;
using Steering.Export;
using Steering.Export.Precision;
using Steering.Export.Sockets;

namespace Steering.Tests.EndToEnd;

/// <summary>Model folders made from the real checkpoints, once a test run, in a folder that goes away with it.</summary>
[TestClass]
public static class ImportedModels
{
    private static readonly string Root = Directory.CreateTempSubdirectory("steering-models-").FullName;
    private static readonly ConcurrentDictionary<string, Lazy<string>> Folders = new(StringComparer.Ordinal);

    /// <summary>A model folder with a socket after every block.</summary>
    public static string Socketed(string model, WeightPrecision precision = WeightPrecision.Float32) => Import(model, precision, socketed: true);

    /// <summary>A model folder as the importer writes it without sockets.</summary>
    public static string Plain(string model, WeightPrecision precision = WeightPrecision.Float32) => Import(model, precision, socketed: false);

    /// <summary>Removes the folders.</summary>
    [AssemblyCleanup]
    public static void RemoveFolders() => Directory.Delete(Root, recursive: true);

    private static string Import(string model, WeightPrecision precision, bool socketed)
    {
        var name = $"{model}-{precision}-{(socketed ? "socketed" : "plain")}";
        return Folders.GetOrAdd(name, _ => new Lazy<string>(() =>
        {
            var source = OracleFolder.RequireModel(model);
            var gguf = Directory.GetFiles(source, "*.gguf");
            var destination = Path.Combine(Root, name);
            ModelImporter.Import(
                gguf.Length == 1 ? gguf[0] : source,
                destination,
                new ImportOptions { Precision = precision, Sites = socketed ? SiteSelection.All : null },
                progress: null,
                CancellationToken.None);
            return destination;
        })).Value;
    }
}
