using System.Text.RegularExpressions;
using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.CommandLine;

/// <summary>docs/cli.md and the commands say the same.</summary>
[TestClass]
public sealed class DocumentationTests
{
    private static readonly string[] Everywhere = ["--help", "--version", "--json", "--verbose", "--device", "--threads", "--allow-custom-operators", "--policy", "--sae", "--allow-other-model", "--watch", "--prompt", "--prompt-ids", "--messages"];

    [TestMethod]
    public void EveryCommandHasASection_ThatNamesItsOptions()
    {
        var text = File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", "cli.md"));
        foreach (var (path, command) in CommandPaths.All().Where(entry => entry.Command.Action is not null && entry.Path.Length > 0))
        {
            var heading = $"\n## steer {string.Join(' ', path)}\n";
            Assert.Contains(heading, text);
            var start = text.IndexOf(heading, StringComparison.Ordinal) + heading.Length;
            var end = text.IndexOf("\n## ", start, StringComparison.Ordinal);
            var section = text[start..(end < 0 ? text.Length : end)];
            var sampling = string.Equals(command.Name, "chat", StringComparison.Ordinal) ? text : section;
            foreach (var option in command.Options.Select(option => option.Name).Except(Everywhere, StringComparer.Ordinal))
            {
                Assert.Contains(option, sampling, $"steer {string.Join(' ', path)}: {option} is not documented");
            }
        }
    }

    [TestMethod]
    public void EveryOptionInTheText_Exists()
    {
        var text = File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", "cli.md"));
        var known = CommandPaths.All().SelectMany(entry => entry.Command.Options).Select(option => option.Name).Append("--project").Append("--add-source").Append("--global").ToHashSet(StringComparer.Ordinal);
        foreach (var word in Regex.Matches(text, "--[a-z][a-z-]*", RegexOptions.NonBacktracking).Select(match => match.Value))
        {
            Assert.Contains(word, known, $"docs/cli.md names {word}");
        }
    }

    private static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Steering.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("No Steering.sln above the tests.");
        }

        return folder;
    }
}
