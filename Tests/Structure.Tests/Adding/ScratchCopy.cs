using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Steering.Tests.Repository.Adding;

/// <summary>A copy of the rooms in which something is added, as a contributor would, to see what has to be touched and that it works.</summary>
internal sealed class ScratchCopy : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly HashSet<string> _touched = new(StringComparer.Ordinal);

    public ScratchCopy()
    {
        foreach (var room in (string[])["Sdk", "Export", "Analysis", "Training", "Sandbox", "Cli", "docs"])
        {
            Copy(room);
        }

        foreach (var file in (string[])["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "nuget.config", "global.json", "README.md", "BannedSymbols.txt"])
        {
            File.Copy(Path.Combine(OracleFolder.RepositoryRoot, file), _folder[file]);
        }
    }

    /// <summary>Product files that were made or changed, by their path below the root.</summary>
    public IReadOnlyCollection<string> Touched => _touched;

    /// <summary>Makes a file.</summary>
    public void Add(string path, string content)
    {
        Assert.IsFalse(File.Exists(_folder[path]), $"{path} is there already.");
        File.WriteAllText(_folder[path], content);
        _touched.Add(path);
    }

    /// <summary>Puts a line before the only one that holds a text.</summary>
    public void InsertBefore(string path, string anchor, string line)
    {
        var lines = File.ReadAllLines(_folder[path]).ToList();
        var at = lines.FindIndex(candidate => candidate.Contains(anchor, StringComparison.Ordinal));
        Assert.IsGreaterThanOrEqualTo(0, at, $"{path} no longer holds '{anchor}'.");
        lines.Insert(at, line);
        File.WriteAllLines(_folder[path], lines);
        _touched.Add(path);
    }

    /// <summary>Puts a line at the end; the copy is built without the analyzer that would miss it.</summary>
    public void Append(string path, string line)
    {
        File.AppendAllText(_folder[path], line);
        _touched.Add(path);
    }

    /// <summary>Changes a piece of text that is there once.</summary>
    public void Replace(string path, string before, string after)
    {
        var parts = File.ReadAllText(_folder[path]).Split(before);
        Assert.HasCount(2, parts, $"{path} holds '{before}' {parts.Length - 1} times.");
        File.WriteAllText(_folder[path], parts[0] + after + parts[1]);
        _touched.Add(path);
    }

    /// <summary>Builds the command line in the copy.</summary>
    public void Build()
    {
        var (code, output) = Run("dotnet", "build", _folder["Cli"], "-v", "quiet", "--nologo", "-p:RunAnalyzers=false", "-p:GenerateDocumentationFile=false", "-p:UseSharedCompilation=false", "-nodeReuse:false");
        Assert.AreEqual(0, code, output);
    }

    /// <summary>Runs <c>steer</c> of the copy; it must succeed.</summary>
    public string Steer(params string[] arguments)
    {
        var program = Directory.EnumerateFiles(_folder["Cli/bin"], "steer.dll", SearchOption.AllDirectories).Single(file => !file.Contains("ref", StringComparison.Ordinal));
        var (code, output) = Run("dotnet", [program, .. arguments]);
        Assert.AreEqual(0, code, $"steer {string.Join(' ', arguments)}: {output}");
        return output;
    }

    /// <summary>A path in a folder that goes with the copy.</summary>
    public string this[string name] => _folder[name];

    public void Dispose() => _folder.Dispose();

    /// <summary>The files that a section of CONTRIBUTING says to touch: the code-quoted paths at the head of its numbered lines.</summary>
    public static IReadOnlyList<string> Listed(string section, string name)
    {
        var page = File.ReadAllText(Path.Combine(OracleFolder.RepositoryRoot, "CONTRIBUTING.md"));
        var start = page.IndexOf($"## {section}\n", StringComparison.Ordinal);
        Assert.IsGreaterThanOrEqualTo(0, start, $"CONTRIBUTING.md has no section '{section}'.");
        var end = page.IndexOf("\n## ", start + 1, StringComparison.Ordinal);
        var text = page[start..(end < 0 ? page.Length : end)];
        return [.. Regex.Matches(text, @"^\d+\. `(?<path>[^`]+)`", RegexOptions.Multiline | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5)).Select(match => match.Groups["path"].Value.Replace("/X", $"/{name}", StringComparison.Ordinal))];
    }

    private static (int Code, string Output) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var variable in start.Environment.Keys.Where(key => key.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || key.StartsWith("VSTEST", StringComparison.OrdinalIgnoreCase) || key.StartsWith("COVERLET", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(variable);
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    private void Copy(string room)
    {
        var from = Path.Combine(OracleFolder.RepositoryRoot, room);
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var path = Path.GetRelativePath(OracleFolder.RepositoryRoot, file);
            if (path.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"))
            {
                continue;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(_folder[path])!);
            File.Copy(file, _folder[path]);
        }
    }
}
