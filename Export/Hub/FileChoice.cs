using Steering.IO;

namespace Steering.Export.Hub;

/// <summary>Which of a repository's files are fetched, and why the others are not.</summary>
/// <param name="Files">The files to fetch.</param>
/// <param name="LeftOut">All others.</param>
internal sealed record FileChoice(IReadOnlyList<HubFile> Files, IReadOnlyList<HubLeftOutFile> LeftOut)
{
    private const string Pickle = "Python pickles, which can run any code when they are opened";

    /// <summary>Chooses by patterns, or where there are none what an import needs.</summary>
    /// <param name="repository">The repository, for messages.</param>
    /// <param name="files">All its files.</param>
    /// <param name="patterns">The patterns; may be empty.</param>
    /// <exception cref="SteeringException">Nothing would be fetched, a pattern matches nothing, or the choice is the user's.</exception>
    public static FileChoice Make(HubRepository repository, IReadOnlyList<HubFile> files, IReadOnlyList<string> patterns)
    {
        var reasons = patterns.Count > 0 ? ByPatterns(repository, files, patterns) : DefaultFiles.Choose(repository, files);
        var chosen = files.Where(file => reasons(file) is null).ToArray();
        return chosen.Length > 0
            ? new FileChoice(chosen, [.. files.Where(file => reasons(file) is not null).Select(file => new HubLeftOutFile(file.Path, file.Size, reasons(file)!)).OrderBy(file => file.Path, StringComparer.Ordinal)])
            : throw new SteeringException(
                $"{repository}: what matches --file {string.Join(", ", patterns.Select(pattern => $"'{pattern}'"))} are only {Pickle}. This library never opens one; to fetch them all the same, name the extension, as in --file '*.bin'.");
    }

    /// <summary>The same choice with further files.</summary>
    public FileChoice With(IReadOnlyList<HubFile> further)
    {
        var files = Files.Concat(further).DistinctBy(file => file.Path, StringComparer.Ordinal).ToArray();
        var names = files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        return new FileChoice(files, [.. LeftOut.Where(file => !names.Contains(file.Path))]);
    }

    /// <summary>The reason for pickles, or null for other files.</summary>
    public static string? PickleReason(HubFile file) => PickleFile.IsPickle(file.Path) ? Pickle : null;

    private static Func<HubFile, string?> ByPatterns(HubRepository repository, IReadOnlyList<HubFile> files, IReadOnlyList<string> texts)
    {
        var patterns = texts.Select(text => new FilePattern(text)).ToArray();
        foreach (var pattern in patterns)
        {
            if (!files.Any(file => pattern.Matches(file.Path)))
            {
                throw new SteeringException(
                    $"No file of {repository} matches --file '{pattern.Text}'. The nearest of its {files.Count}: {Suggestions.For(pattern.Text, files.Select(file => file.Path))}. '*' stands for any letters, '/' too.");
            }
        }

        return file => Array.FindAll(patterns, pattern => pattern.Matches(file.Path)) switch
        {
            [] => "not named by --file",
            var matching when PickleFile.IsPickle(file.Path) && !Array.Exists(matching, pattern => PickleFile.IsPickle(pattern.Text)) => Pickle,
            _ => null,
        };
    }
}
