using System.CommandLine;
using System.CommandLine.Invocation;
using Steering.Cli.CommandLine;
using Steering.Cli.Commands;
using Steering.Cli.Terminal;

namespace Steering.Cli;

/// <summary>Runs one command line from start to exit code; every way out is here.</summary>
internal static class SteerApplication
{
    /// <summary>Parses and runs a command line.</summary>
    /// <param name="arguments">Without the program's name.</param>
    /// <param name="console">Where everything is read and written.</param>
    /// <param name="cancellationToken">Stops the command within one step.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CliConsole console, CancellationToken cancellationToken)
    {
        var root = CommandTree.Create(console);

        // A prompt may begin with '@'; it is text, not the name of a response file.
        var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var report = new ErrorReport(console, parsed.GetValue(RootOptions.Verbose));
        if (parsed.Action is ParseErrorAction || (parsed.Action is null && parsed.Errors.Count > 0))
        {
            return report.Usage(parsed);
        }

        try
        {
            var configuration = new InvocationConfiguration
            {
                Output = console.Output,
                Error = console.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            return await parsed.InvokeAsync(configuration, cancellationToken);
        }
#pragma warning disable CA1031 // The outermost frame: whatever arrives here becomes one line and an exit code.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return report.Failure(exception, parsed);
        }
    }
}
