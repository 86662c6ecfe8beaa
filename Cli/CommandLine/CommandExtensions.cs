using System.CommandLine;

namespace Steering.Cli.CommandLine;

/// <summary>Shorthand for declaring commands.</summary>
internal static class CommandExtensions
{
    /// <summary>Declares what a command does; it succeeds unless it throws.</summary>
    public static Command Runs(this Command command, Func<ParseResult, CancellationToken, Task> action)
    {
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var outputs = CommandOutput.Lock(command, parsed);
            await action(parsed, cancellationToken);
            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>The <c>--json</c> option.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print one JSON object instead of text." };
}
