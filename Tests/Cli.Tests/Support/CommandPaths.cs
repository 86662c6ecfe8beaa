using System.CommandLine;
using Steering.Cli.Commands;
using Steering.Cli.Terminal;

namespace Steering.Tests.Cli.Support;

/// <summary>Every command of the tree.</summary>
internal static class CommandPaths
{
    /// <summary>The commands with the words that name them, the root first.</summary>
    public static IEnumerable<(string[] Path, Command Command)> All()
    {
        var console = new CliConsole
        {
            Input = TextReader.Null,
            Output = TextWriter.Null,
            Error = TextWriter.Null,
            Terminal = CliConsole.Create(TextWriter.Null, redirected: true),
            ErrorTerminal = CliConsole.Create(TextWriter.Null, redirected: true),
            Interrupts = new Interrupts(),
            IsInteractive = false,
            ShowsProgress = false,
        };
        return Below([], CommandTree.Create(console));
    }

    private static IEnumerable<(string[] Path, Command Command)> Below(string[] path, Command command) =>
        [(path, command), .. command.Subcommands.SelectMany(child => Below([.. path, child.Name], child))];
}
