using System.Globalization;
using System.Text.Json;
using Steering.IO;

namespace Steering.Models;

/// <summary>
/// Walks a whole <c>genai_config.json</c> before anything native reads it: which libraries it would have loaded, whether its
/// paths stay in the folder, and whether its numbers can be.
/// </summary>
internal static class GenAiConfigCheck
{
    /// <summary>Most threads that a configuration or an option may ask for.</summary>
    public const int MostThreads = 1024;

    private const int MostTokens = 1 << 26;
    private const int MostUnits = 1 << 24;

    /// <summary>Execution providers that are part of the packages; every other one lies in a library of its own.</summary>
    private static readonly string[] OwnProviders = ["cpu", "cuda", "dml", "webgpu"];

    private static readonly string[] LibraryWords = ["librar", "lib_path", "backend_path", "plugin", "dlopen"];

    private static readonly string[] LibraryEndings = [".so", ".dll", ".dylib"];

    // ONNX Runtime writes traces, statistics and compiled graphs to these, or reads weights from there.
    private static readonly string[] FileWords = ["path", "file", "folder", "director", "profiling", "dump"];

    /// <summary>Numbers that GenAI uses to allocate, to loop or to start threads, wherever they stand.</summary>
    private static readonly Dictionary<string, (long Low, long High)> Ranges = new(StringComparer.Ordinal)
    {
        ["intra_op_num_threads"] = (0, MostThreads),
        ["inter_op_num_threads"] = (0, MostThreads),
        ["log_severity_level"] = (0, 4),
        ["context_length"] = (1, MostTokens),
        ["vocab_size"] = (1, MostUnits),
        ["hidden_size"] = (0, MostUnits),
        ["head_size"] = (0, MostUnits),
        ["num_attention_heads"] = (0, MostUnits),
        ["num_key_value_heads"] = (0, MostUnits),
        ["num_hidden_layers"] = (0, 1 << 12),
        ["window_size"] = (-1, MostTokens),
        ["max_length"] = (0, MostTokens),
        ["min_length"] = (0, MostTokens),
        ["chunk_size"] = (0, MostTokens),
        ["num_beams"] = (1, 1024),
        ["num_return_sequences"] = (1, 1024),
        ["batch_size"] = (1, 1024),
        ["top_k"] = (0, MostUnits),
        ["no_repeat_ngram_size"] = (0, MostTokens),
    };

    /// <summary>Refuses what cannot be, and lists the libraries.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="root">Its document.</param>
    /// <exception cref="SteeringException">A number is out of its range, or a path is none inside the folder; the message names file and field.</exception>
    public static IReadOnlyList<NamedLibrary> Run(string path, JsonElement root)
    {
        var libraries = new List<NamedLibrary>();
        Walk(root, string.Empty, string.Empty, inOptions: false);
        return libraries;

        void Walk(JsonElement element, string place, string name, bool inOptions)
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.Object:
                    foreach (var member in element.EnumerateObject())
                    {
                        var below = place.Length == 0 ? member.Name : $"{place}.{member.Name}";
                        if (IsProviders(name) && !OwnProviders.Contains(Provider(member.Name), StringComparer.Ordinal))
                        {
                            libraries.Add(new NamedLibrary(below, member.Name));
                        }

                        Walk(member.Value, below, IsProviders(name) ? string.Empty : member.Name, inOptions || member.Name is "session_options" or "run_options" || IsProviders(name));
                    }

                    break;
                case JsonValueKind.Array:
                    foreach (var (index, item) in element.EnumerateArray().Index())
                    {
                        Walk(item, string.Create(CultureInfo.InvariantCulture, $"{place}[{index}]"), name, inOptions);
                    }

                    break;
                case JsonValueKind.String:
                    Text(element.GetString()!, place, name, inOptions);
                    break;
                case JsonValueKind.Number when Ranges.TryGetValue(name, out var range):
                    if (!element.TryGetDouble(out var number) || !double.IsInteger(number) || number < range.Low || number > range.High)
                    {
                        throw Refuse(path, place, element.GetRawText(), $"a whole number from {range.Low.ToString(CultureInfo.InvariantCulture)} to {range.High.ToString(CultureInfo.InvariantCulture)}");
                    }

                    break;
            }
        }

        void Text(string value, string place, string name, bool inOptions)
        {
            if (value.Length > 0 && (Contains(LibraryWords, name) || NamesLibrary(value)))
            {
                libraries.Add(new NamedLibrary(place, value));
            }
            else if (inOptions && value is not ("" or "0" or "1" or "true" or "false") && Contains(FileWords, name.Replace("profile", string.Empty, StringComparison.OrdinalIgnoreCase)))
            {
                throw Refuse(path, place, $"'{value}'", "nothing: it names a file that would be read or written wherever it lies. Take the field out");
            }
            else if (name.EndsWith("filename", StringComparison.Ordinal) && value.Length > 0)
            {
                RequireInside(path, place, value);
            }
        }
    }

    /// <summary>Refuses libraries that nobody has allowed.</summary>
    /// <exception cref="SteeringException">There is one and they are not allowed; the message names the first and how to allow it.</exception>
    public static void RequireAllowed(string path, IReadOnlyList<NamedLibrary> libraries, bool allowed)
    {
        if (libraries.Count > 0 && !allowed)
        {
            throw new SteeringException(
                $"{path} would load a library into this process: {libraries[0].Place} names '{libraries[0].Name}', whose code runs as soon as it is loaded. "
                + "Take the field out, or, where you trust whoever made the folder, allow it: --allow-custom-operators on the command line, SteerableModelOptions.AllowCustomOperators (SteeringOptions.AllowCustomOperators) in code.");
        }
    }

    /// <summary>The path of a file that the configuration names: a plain name inside the folder, by its letters.</summary>
    /// <exception cref="SteeringException">It leads outside.</exception>
    public static string RequireInside(string path, string place, string value)
    {
        var folder = Path.GetDirectoryName(path)!;
        try
        {
            // A large file may be linked from the folder it was imported to, so links are followed; names are not.
            return ContainedPath.Resolve(folder, value, Path.GetPathRoot(Path.GetFullPath(folder)));
        }
        catch (SteeringException)
        {
            throw Refuse(path, place, $"'{value}'", "the plain name of a file inside the folder");
        }
    }

    /// <summary>The one form in which a field is refused.</summary>
    public static SteeringException Refuse(string path, string place, string given, string expected) =>
        new($"{path} cannot be used: {place} is {(given.Length > 120 ? given[..120] + "…" : given)}; expected is {expected}. Correct it, or make the folder again with 'steer import'.");

    private static bool IsProviders(string name) => string.Equals(name, "provider_options", StringComparison.Ordinal);

    private static string Provider(string name)
    {
        var lower = name.ToLowerInvariant();
        return lower.EndsWith("executionprovider", StringComparison.Ordinal) ? lower[..^"executionprovider".Length] : lower;
    }

    private static bool Contains(string[] words, string name) => Array.Exists(words, word => name.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static bool NamesLibrary(string value) =>
        value.Split([';', ',', ':'], StringSplitOptions.TrimEntries).Any(part => Array.Exists(LibraryEndings, ending =>
            part.EndsWith(ending, StringComparison.OrdinalIgnoreCase)
            || (part.LastIndexOf(ending + ".", StringComparison.OrdinalIgnoreCase) is var at and >= 0 && part[(at + ending.Length)..].All(letter => letter == '.' || char.IsAsciiDigit(letter)))));
}

/// <summary>Something in <c>genai_config.json</c> that makes the native libraries load a library of its own.</summary>
/// <param name="Place">Where it stands, as in <c>model.decoder.session_options.custom_ops_library</c>.</param>
/// <param name="Name">The library, or the execution provider that lies in one.</param>
internal sealed record NamedLibrary(string Place, string Name);
