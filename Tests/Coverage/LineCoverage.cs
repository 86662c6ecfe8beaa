using System.Text.Json;

namespace Steering.Coverage;

/// <summary>The lines of one assembly that any test project ran.</summary>
internal sealed class LineCoverage
{
    private readonly SortedDictionary<string, Dictionary<int, bool>> _files = new(StringComparer.Ordinal);

    /// <summary>Lines that were run.</summary>
    public int Covered => _files.Values.Sum(lines => lines.Values.Count(run => run));

    /// <summary>Lines that could be run.</summary>
    public int Total => _files.Values.Sum(lines => lines.Count);

    /// <summary>Share of lines run, in percent.</summary>
    public double Percent => Total == 0 ? 0 : 100.0 * Covered / Total;

    /// <summary>The files with most lines not run.</summary>
    public IEnumerable<(string File, int Missing)> Worst(int count) =>
        _files.Select(file => (File: file.Key, Missing: file.Value.Values.Count(run => !run)))
            .Where(file => file.Missing > 0)
            .OrderByDescending(file => file.Missing).ThenBy(file => file.File, StringComparer.Ordinal)
            .Take(count);

    /// <summary>Adds up coverlet's JSON files: assembly → file → class → method → line → hits.</summary>
    public static SortedDictionary<string, LineCoverage> Merge(IEnumerable<string> reports)
    {
        var assemblies = new SortedDictionary<string, LineCoverage>(StringComparer.Ordinal);
        foreach (var report in reports)
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(report));
            foreach (var assembly in document.RootElement.EnumerateObject())
            {
                var name = Path.GetFileNameWithoutExtension(assembly.Name);
                if (!assemblies.TryGetValue(name, out var coverage))
                {
                    assemblies.Add(name, coverage = new LineCoverage());
                }

                foreach (var file in assembly.Value.EnumerateObject())
                {
                    coverage.Add(file);
                }
            }
        }

        return assemblies;
    }

    private void Add(JsonProperty file)
    {
        if (!_files.TryGetValue(file.Name, out var lines))
        {
            _files.Add(file.Name, lines = []);
        }

        foreach (var method in file.Value.EnumerateObject().SelectMany(type => type.Value.EnumerateObject()))
        {
            foreach (var line in method.Value.GetProperty("Lines").EnumerateObject())
            {
                var number = int.Parse(line.Name, System.Globalization.CultureInfo.InvariantCulture);
                lines[number] = lines.GetValueOrDefault(number) || line.Value.GetInt64() > 0;
            }
        }
    }
}
