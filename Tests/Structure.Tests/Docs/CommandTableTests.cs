using System.CommandLine;
using System.Text;
using Steering.Cli.CommandLine;
using Steering.Cli.Commands;
using Steering.Cli.Terminal;

namespace Steering.Tests.Repository.Docs;

/// <summary>
/// The table of docs/cli.md is written from the command tree. To write it anew:
/// <c>STEERING_WRITE_DOCS=1 dotnet test Tests/Structure.Tests --filter CommandTable</c>.
/// </summary>
[TestClass]
public sealed class CommandTableTests
{
    private const string Page = "docs/cli.md";
    private const string Begin = "<!-- commands: written by Tests/Structure.Tests, CommandTableTests -->\n";
    private const string End = "<!-- end of commands -->\n";
    private const string WriteVariable = "STEERING_WRITE_DOCS";

    [TestMethod]
    public void CommandTable_IsThatOfTheCommandTree()
    {
        var page = Pages.Read(Page);
        var (from, to) = (page.IndexOf(Begin, StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal));
        Assert.IsTrue(from >= 0 && to > from, $"{Page} has no '{Begin.Trim()}' before '{End.Trim()}'.");
        var (written, table) = (page[(from + Begin.Length)..to], Table());
        if (Environment.GetEnvironmentVariable(WriteVariable) == "1")
        {
            File.WriteAllText(Path.Combine(OracleFolder.RepositoryRoot, Page), page[..(from + Begin.Length)] + table + page[to..]);
            return;
        }

        Assert.AreEqual(table, written, $"The table of {Page} is not that of the commands; run the test with {WriteVariable}=1.");
    }

    /// <summary>Every command line that a page shows is one that the command line takes.</summary>
    [TestMethod]
    public void ShownCommandLines_AreTaken()
    {
        var count = 0;
        foreach (var block in Pages.All.SelectMany(page => Pages.Blocks(page, "sh")))
        {
            foreach (var line in block.Code.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n'))
            {
                if (CommandLine(line) is not { } arguments)
                {
                    continue;
                }

                using var interrupts = new Interrupts();
                var parsed = CommandTree.Create(Console(interrupts)).Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
                Assert.IsEmpty(parsed.Errors, $"{block} shows '{line}': {string.Join(" ", parsed.Errors.Select(error => error.Message))}");
                count++;
            }
        }

        Assert.IsGreaterThan(50, count);
    }

    private static string Table()
    {
        using var interrupts = new Interrupts();
        var table = new StringBuilder("| command | does |\n|---|---|\n");
        Add(table, CommandTree.Create(Console(interrupts)), RootOptions.ProgramName);
        return table.ToString();
    }

    private static void Add(StringBuilder table, Command command, string path)
    {
        foreach (var child in command.Subcommands.Where(child => !child.Hidden))
        {
            var name = $"{path} {child.Name}";
            if (child.Action is not null)
            {
                Assert.IsFalse(string.IsNullOrWhiteSpace(child.Description), $"{name} says nothing of itself.");
                table.Append($"| [`{name}`](#{name.Replace(' ', '-')}) | {child.Description!.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
            }

            Add(table, child, name);
        }
    }

    /// <summary>The words of a line that runs steer, as a shell cuts them; null for other lines and for forms with placeholders.</summary>
    private static string[]? CommandLine(string line)
    {
        string[] starts = ["steer ", "dotnet run --project Cli -- "];
        var text = line.Contains("| steer ", StringComparison.Ordinal) ? line[(line.IndexOf("| steer ", StringComparison.Ordinal) + 2)..] : line;
        if (Array.Find(starts, start => text.StartsWith(start, StringComparison.Ordinal)) is not { } start || text.Contains('…', StringComparison.Ordinal))
        {
            return null;
        }

        var (words, word, quote, begun) = (new List<string>(), new StringBuilder(), '\0', false);
        foreach (var letter in text[start.Length..] + " ")
        {
            switch (letter)
            {
                case '#' when quote == '\0' && !begun:
                case '>' or '|' or '&' or ';' when quote == '\0':
                    return [.. words];
                case '"' or '\'' when quote == '\0':
                    (quote, begun) = (letter, true);
                    break;
                case var _ when letter == quote:
                    quote = '\0';
                    break;
                case ' ' when quote == '\0':
                    if (begun)
                    {
                        words.Add(word.ToString());
                        word.Clear();
                        begun = false;
                    }

                    break;
                default:
                    word.Append(letter);
                    begun = true;
                    break;
            }
        }

        return [.. words];
    }

    private static CliConsole Console(Interrupts interrupts) => new()
    {
        Input = TextReader.Null,
        Output = TextWriter.Null,
        Error = TextWriter.Null,
        Terminal = CliConsole.Create(TextWriter.Null, redirected: true),
        ErrorTerminal = CliConsole.Create(TextWriter.Null, redirected: true),
        Interrupts = interrupts,
        IsInteractive = false,
        ShowsProgress = false,
    };
}
