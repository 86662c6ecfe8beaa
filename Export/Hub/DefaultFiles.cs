using System.Text.RegularExpressions;
using Steering.IO;

namespace Steering.Export.Hub;

/// <summary>
/// What is fetched where no pattern says: of the files at the repository's top the weights that an import opens (or those of
/// an SAE), configuration, tokenizer, chat template and licence.
/// </summary>
internal static partial class DefaultFiles
{
    private const int Listed = 12;
    private const string InFolder = "in a folder; --file 'FOLDER/*' fetches one";
    private const string Unneeded = "not needed for an import";

    private static readonly string[] PickleIndexes = [".bin.index.json", ".msgpack.index.json", ".h5.index.json"];

    /// <summary>The reason why a file is left out, or null for those that are fetched.</summary>
    /// <exception cref="SteeringException">There is nothing to fetch, or several things of which the user chooses one.</exception>
    public static Func<HubFile, string?> Choose(HubRepository repository, IReadOnlyList<HubFile> files)
    {
        if (repository.Kind == HubRepositoryKind.Dataset)
        {
            throw new SteeringException($"{repository} is a data set of {files.Count} files, {ByteText.Of(files.Sum(file => file.Size))}; say which ones with --file. {Contents(files)}");
        }

        var top = files.Where(file => !file.Path.Contains('/', StringComparison.Ordinal)).ToArray();
        var (weights, others) = Weights(repository, files, top);
        return file => file.Path.Contains('/', StringComparison.Ordinal) ? FileChoice.PickleReason(file) ?? InFolder
            : weights.Contains(file.Path) || IsCompanion(file.Path, weights) ? null
            : FileChoice.PickleReason(file) ?? (IsWeights(file.Path) ? others : Unneeded);
    }

    private static (HashSet<string> Names, string Others) Weights(HubRepository repository, IReadOnlyList<HubFile> files, HubFile[] top)
    {
        HashSet<string> Named(Func<HubFile, bool> which) => new(top.Where(which).Select(file => file.Path), StringComparer.Ordinal);
        if (Array.Exists(top, file => file.Path == CheckpointFiles.Single))
        {
            return (Named(file => file.Path == CheckpointFiles.Single), $"not needed beside {CheckpointFiles.Single}");
        }

        if (Array.Exists(top, file => file.Path == CheckpointFiles.Index))
        {
            return (Named(file => Shard().IsMatch(file.Path)), $"not among the shards of {CheckpointFiles.Index}");
        }

        var ggufs = Array.FindAll(top, file => Path.GetExtension(file.Path).Equals(".gguf", StringComparison.OrdinalIgnoreCase));
        if (ggufs.Length > 1)
        {
            var usual = Array.Find(ggufs, file => file.Path.Contains("Q4_K_M", StringComparison.OrdinalIgnoreCase)) ?? ggufs.MinBy(file => file.Size)!;
            throw new SteeringException($"{repository} holds {ggufs.Length} GGUF files of which one is enough; choose it, as in --file '{usual.Path}'. There are {List(ggufs)}.");
        }

        var names = Named(file => IsWeights(file.Path));
        return names.Count > 0
            ? (names, Unneeded)
            : throw new SteeringException($"{repository} has no safetensors, GGUF or npz file at its top, so that what to fetch is yours to say, with --file. {Contents(files)}");
    }

    private static bool IsWeights(string path) => Path.GetExtension(path).ToUpperInvariant() is ".SAFETENSORS" or ".GGUF" or ".NPZ";

    private static bool IsCompanion(string name, HashSet<string> weights) =>
        (name.EndsWith(".json", StringComparison.Ordinal) && !Array.Exists(PickleIndexes, ending => name.EndsWith(ending, StringComparison.Ordinal)) && (name != CheckpointFiles.Index || !weights.Contains(CheckpointFiles.Single)))
        || name is "tokenizer.model" or "merges.txt" or "vocab.txt"
        || name.EndsWith(".jinja", StringComparison.Ordinal)
        || name.StartsWith("LICENSE", StringComparison.OrdinalIgnoreCase) || name.StartsWith("NOTICE", StringComparison.OrdinalIgnoreCase);

    private static string Contents(IReadOnlyList<HubFile> files)
    {
        var folders = files
            .Where(file => file.Path.Contains('/', StringComparison.Ordinal))
            .GroupBy(file => file.Path[..file.Path.IndexOf('/', StringComparison.Ordinal)], StringComparer.Ordinal)
            .Select(group => (Name: $"'{group.Key}/*'", Size: group.Sum(file => file.Size)));
        var top = files
            .Where(file => !file.Path.Contains('/', StringComparison.Ordinal))
            .Select(file => (Name: $"'{file.Path}'", file.Size));
        var entries = folders.Concat(top).ToArray();
        return entries.Length == 0 ? "It is empty." : $"There are {List(entries)}.";
    }

    private static string List(HubFile[] files) => List([.. files.Select(file => (Name: $"'{file.Path}'", file.Size))]);

    private static string List((string Name, long Size)[] entries) =>
        string.Join(", ", entries.OrderBy(entry => entry.Name, StringComparer.Ordinal).Take(Listed).Select(entry => $"{entry.Name} ({ByteText.Of(entry.Size)})"))
        + (entries.Length > Listed ? $" and {entries.Length - Listed} more" : string.Empty);

    [GeneratedRegex(@"^model-\d{5}-of-\d{5}\.safetensors$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Shard();
}
