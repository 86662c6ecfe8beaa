using Steering.IO;

namespace Steering.Saes.Formats;

/// <summary>Where an autoencoder's files are, and in which layout.</summary>
/// <param name="Format">The layout.</param>
/// <param name="Folder">The folder that holds it.</param>
/// <param name="Weights">The file with the weights.</param>
internal sealed record SaePlace(SaeFormat Format, string Folder, string Weights)
{
    private const int Listed = 8;

    /// <summary>Each layout: what must be there, the configuration first, the weights last.</summary>
    private static readonly (SaeFormat Format, string[] Files)[] Layouts =
    [
        (SaeFormat.SaeLens, [SaeLensFolder.ConfigName, SaeLensFolder.WeightsName]),
        (SaeFormat.GemmaScope, [GemmaScopeFormat.WeightsName]),
        (SaeFormat.GemmaScope2, [GemmaScope2Format.ConfigName, GemmaScope2Format.WeightsName]),
        (SaeFormat.LlamaScope, [LlamaScopeFormat.ConfigName, LlamaScopeFormat.WeightsName]),
        (SaeFormat.Sparsify, [SparsifyFormat.ConfigName, SparsifyFormat.WeightsName]),
        (SaeFormat.DictionaryLearning, [DictionaryLearningFormat.ConfigName, DictionaryLearningFormat.WeightsName]),
    ];

    public static SaePlace Find(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (File.Exists(path) && PickleFile.IsPickle(path))
        {
            throw PickleFile.Refusal(path);
        }

        if (!Path.Exists(path))
        {
            throw new SteeringException($"{path} does not exist; check the path. An SAE is {Known()}.");
        }

        return TryFind(path) ?? throw Unknown(path);
    }

    public static SaePlace? TryFind(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
        {
            return InFolder(path);
        }

        if (!File.Exists(path))
        {
            return null;
        }

        if (string.Equals(Path.GetExtension(path), ".npz", StringComparison.OrdinalIgnoreCase))
        {
            return new SaePlace(SaeFormat.GemmaScope, Path.GetDirectoryName(Path.GetFullPath(path))!, path);
        }

        // A file that only makes sense with its folder means the folder; Llama Scope's weights lie one below.
        foreach (var (format, files) in Layouts)
        {
            foreach (var file in files)
            {
                var depth = file.Split('/').Length;
                var full = Path.GetFullPath(path);
                var folder = full;
                for (var i = 0; i < depth; i++)
                {
                    folder = Path.GetDirectoryName(folder) ?? string.Empty;
                }

                if (full == Path.Combine(folder, file) && InFolder(folder) is { } place && place.Format == format)
                {
                    return place;
                }
            }
        }

        return null;
    }

    /// <summary>What is missing from a folder that holds an SAE's weights, as a sentence; null where it holds none.</summary>
    public static string? Lacking(string folder)
    {
        foreach (var (format, files) in Layouts.Where(layout => File.Exists(Path.Combine(folder, layout.Files[^1]))))
        {
            if (files.Where(file => !File.Exists(Path.Combine(folder, file))).ToArray() is { Length: > 0 } missing)
            {
                return $"{folder} holds {files[^1]}, the weights of an SAE of {SaeFolder.NameOf(format)}, but not {string.Join(", ", missing)}, without which nothing says how they are read. Copy it from where the SAE came from.";
            }
        }

        return null;
    }

    private static SaePlace? InFolder(string folder)
    {
        var found = Layouts.Where(layout => layout.Files.All(file => File.Exists(Path.Combine(folder, file)))).ToArray();
        if (found.Length > 1)
        {
            throw new SteeringException($"{folder} holds SAEs in several layouts ({string.Join(", ", found.Select(layout => SaeFolder.NameOf(layout.Format)))}), so it is not clear which is meant; give the file of weights, or keep each in a folder of its own.");
        }

        if (found is [var (format, files)])
        {
            return new SaePlace(format, folder, Path.Combine(folder, files[^1]));
        }

        // A layout whose configuration alone is unmistakable: its own reader says which file is missing.
        if (File.Exists(Path.Combine(folder, SaeLensFolder.ConfigName)))
        {
            return new SaePlace(SaeFormat.SaeLens, folder, Path.Combine(folder, SaeLensFolder.WeightsName));
        }

        return File.Exists(Path.Combine(folder, LlamaScopeFormat.ConfigName))
            ? new SaePlace(SaeFormat.LlamaScope, folder, Path.Combine(folder, LlamaScopeFormat.WeightsName))
            : null;
    }

    private static SteeringException Unknown(string path)
    {
        if (!Directory.Exists(path))
        {
            return new SteeringException($"{path} is no SAE that is known. An SAE is {Known()}.");
        }

        var pickle = Directory.EnumerateFiles(path).Order(StringComparer.Ordinal).FirstOrDefault(PickleFile.IsPickle);
        if (pickle is not null)
        {
            return PickleFile.Refusal(pickle);
        }

        if (Lacking(path) is { } lacking)
        {
            return new SteeringException(lacking);
        }

        var names = Directory.EnumerateFileSystemEntries(path).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToArray();
        var seen = names.Length == 0 ? "nothing" : string.Join(", ", names.Take(Listed)) + (names.Length > Listed ? $" and {names.Length - Listed} more" : string.Empty);
        var below = Directory.EnumerateDirectories(path).Order(StringComparer.Ordinal).Take(64).Where(Holds).Select(Path.GetFileName).ToArray();
        var hint = below.Length == 0 ? string.Empty : $" Below it there are SAEs: name one of {string.Join(", ", below.Take(Listed))}{(below.Length > Listed ? ", …" : string.Empty)}.";
        return new SteeringException($"{path} holds no SAE that is known; it holds {seen}. An SAE is {Known()}.{hint}");
    }

    private static bool Holds(string folder) => Layouts.Any(layout => layout.Files.All(file => File.Exists(Path.Combine(folder, file))));

    private static string Known() => string.Join(", ", Layouts.Select(layout => $"{SaeFolder.NameOf(layout.Format)} ({string.Join(" + ", layout.Files)})"));
}
