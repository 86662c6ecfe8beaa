using System.Text;
using System.Text.Json;

namespace Steering.Tests.Cli.Reports;

/// <summary>
/// An input that people have, in a folder of the reports (<c>STEERING_REPORTS</c>, else <c>../shared/reports</c>): copied, so that
/// it can be completed as its commands say, with what is expected of it.
/// </summary>
internal sealed class ReportCase : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private ReportCase(string source)
    {
        Source = source;
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(source, "expected.json")));
        Expected = document.RootElement.GetProperty("expected").Clone();
        Commands = document.RootElement.GetProperty("commands").GetString()!.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        CopyFolder(source, _folder["case"]);
        RestoreLinks();
        foreach (var line in Commands.Where(line => line.StartsWith("cp ", StringComparison.Ordinal)))
        {
            var words = Words(line);
            File.Copy(Outside(words[1]), Path.Combine(this["."], words[2], Path.GetFileName(words[1])));
        }
    }

    /// <summary>Folder of the reports.</summary>
    public static string Root { get; } = Environment.GetEnvironmentVariable("STEERING_REPORTS") is { Length: > 0 } given
        ? Path.GetFullPath(given)
        : Path.GetFullPath(Path.Combine(OracleFolder.RepositoryRoot, "..", "shared", "reports"));

    /// <summary>Names of all cases.</summary>
    public static IEnumerable<string> Names => Directory.Exists(Root)
        ? Directory.EnumerateDirectories(Root).Where(folder => File.Exists(Path.Combine(folder, "expected.json"))).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)
        : [];

    /// <summary>The case as it lies in the reports.</summary>
    public string Source { get; }

    /// <summary>What must come out.</summary>
    public JsonElement Expected { get; }

    /// <summary>The lines of a shell that show it.</summary>
    public IReadOnlyList<string> Commands { get; }

    /// <summary>A path in the copy.</summary>
    public string this[string name] => Path.Combine(_folder["case"], name);

    /// <summary>Opens a case; skips the test where the reports are absent altogether.</summary>
    public static ReportCase Open(string name)
    {
        if (!Directory.Exists(Root))
        {
            Assert.Inconclusive($"Skipped: {Root} is absent; set STEERING_REPORTS to the folder.");
        }

        return new ReportCase(Path.Combine(Root, name));
    }

    /// <summary>
    /// The arguments of the first command of a kind, with paths into the copy: OUT is its output folder, MODEL and SAE any that are there.
    /// </summary>
    /// <param name="command">As in <c>sae encode</c>.</param>
    public string[] Arguments(string command)
    {
        var line = Commands.FirstOrDefault(candidate => candidate.StartsWith($"steer {command} ", StringComparison.Ordinal))
            ?? throw new AssertFailedException($"{Source} has no command 'steer {command}': {string.Join(" | ", Commands)}");
        var words = Words(line);
        var names = command.Split(' ').Length;
        return [.. words.Skip(1).Select((word, index) => word switch
        {
            _ when index < names => word,
            "OUT" => this["out"],
            "MODEL" => "sandbox",
            "SAE" => "sandbox/late-topk",
            _ when words[index] is "--out" or "--output" => this[word],
            _ when !word.StartsWith('-') && (Path.Exists(this[word]) || word.EndsWith(".safetensors", StringComparison.Ordinal)) => this[word],
            _ => word,
        })];
    }

    /// <summary>Whether a command is among the lines.</summary>
    public bool Has(string command) => Commands.Any(line => line.StartsWith($"steer {command} ", StringComparison.Ordinal));

    /// <summary>A path that the case writes as it lies beside the reports.</summary>
    public static string Outside(string path) => Path.Combine(Path.GetDirectoryName(Root)!, Path.GetRelativePath("shared", path));

    public void Dispose() => _folder.Dispose();

    /// <summary>The words of a shell's line, without its comment.</summary>
    private static List<string> Words(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var (quote, inside) = ('\0', false);
        for (var i = 0; i < line.Length; i++)
        {
            var letter = line[i];
            if (quote != '\0')
            {
                if (letter == quote)
                {
                    quote = '\0';
                }
                else
                {
                    word.Append(letter);
                }
            }
            else if (letter is '\'' or '"')
            {
                (quote, inside) = (letter, true);
            }
            else if (letter == '#' && !inside)
            {
                break;
            }
            else if (letter == ' ')
            {
                Flush();
            }
            else if (letter != '$' || i + 1 == line.Length || line[i + 1] != '\'')
            {
                (inside, _) = (true, word.Append(letter));
            }
        }

        Flush();
        return words;

        void Flush()
        {
            if (inside)
            {
                words.Add(word.ToString());
            }

            word.Clear();
            inside = false;
        }
    }

    private static void CopyFolder(string source, string destination)
    {
        Directory.CreateDirectory(destination);
        foreach (var folder in Directory.EnumerateDirectories(source))
        {
            CopyFolder(folder, Path.Combine(destination, Path.GetFileName(folder)));
        }

        foreach (var file in Directory.EnumerateFiles(source))
        {
            var copy = Path.Combine(destination, Path.GetFileName(file));
            File.Copy(file, copy);
            File.SetAttributes(copy, FileAttributes.Normal);
        }
    }

    /// <summary>Links were stored as small files that hold where they lead.</summary>
    private void RestoreLinks()
    {
        foreach (var file in Directory.EnumerateFiles(this["."], "*", SearchOption.AllDirectories).Where(file => new FileInfo(file).Length is > 0 and < 200).ToArray())
        {
            var text = File.ReadAllText(file).Trim();
            var target = Path.Combine(Path.GetDirectoryName(file)!, text);
            if (text.Contains('/', StringComparison.Ordinal) && !text.Contains('\n', StringComparison.Ordinal) && Path.Exists(target))
            {
                File.Delete(file);
                _ = Directory.Exists(target) ? Directory.CreateSymbolicLink(file, text) : File.CreateSymbolicLink(file, text);
            }
        }
    }
}
