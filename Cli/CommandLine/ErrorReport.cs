using System.CommandLine;
using System.Globalization;
using Steering.Cli.Terminal;
using Steering.IO;

namespace Steering.Cli.CommandLine;

/// <summary>Turns what went wrong into one readable line on standard error and an exit code.</summary>
/// <param name="console">Receives the line.</param>
/// <param name="verbose">Whether the stack trace follows.</param>
internal sealed class ErrorReport(CliConsole console, bool verbose)
{
    /// <summary>Reports a command line that does not parse.</summary>
    public int Usage(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var sentence = parsed.UnmatchedTokens is [var unknown, ..] ? Unknown(unknown, parsed)
            : command.Subcommands.Count > 0 && command.Action is null ? $"A command is needed: {string.Join(", ", command.Subcommands.Select(candidate => candidate.Name))}."
            : string.Join(' ', parsed.Errors.Select(error => error.Message).Distinct(StringComparer.Ordinal));
        return Usage(sentence, parsed);
    }

    /// <summary>Reports what a command threw.</summary>
    public int Failure(Exception exception, ParseResult parsed)
    {
        var cause = exception is AggregateException { InnerExceptions.Count: 1 } aggregate ? aggregate.InnerException! : exception;
        var code = cause switch
        {
            UsageException => Usage(cause.Message, parsed),
            OperationCanceledException => Line(CommandOutput.Interruption(parsed), ExitCode.Interrupted),
            IOException when WriteFailure.IsOfWriting(cause) => Line($"A file cannot be written ({cause.Message.TrimEnd('.')}): {WriteFailure.Cause(cause)}", ExitCode.Failure),
            SteeringException or IOException or UnauthorizedAccessException => Line(cause.Message, ExitCode.Failure),
            _ => Line(Unexpected(cause), ExitCode.Failure),
        };
        if (verbose && cause is not UsageException)
        {
            console.Error.WriteLine(cause);
        }

        return code;
    }

    private string Unexpected(Exception exception) =>
        $"This is a bug in steer ({exception.GetType().Name}: {exception.Message}){(verbose ? "." : "; run it again with --verbose and report what it prints.")}";

    private int Usage(string sentence, ParseResult parsed) =>
        Line($"{sentence} See '{Path(parsed)} --help'.", ExitCode.Usage);

    private int Line(string message, int code)
    {
        console.Error.WriteLine($"error: {string.Join(' ', message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))}");
        return code;
    }

    private static string Unknown(string token, ParseResult parsed)
    {
        var (command, path) = (parsed.CommandResult.Command, Path(parsed));
        if (!token.StartsWith('-'))
        {
            string Suggestion(string word) => Suggestions.For(word, command.Subcommands.Select(candidate => candidate.Name), 1);
            return command.Subcommands.Count == 0 ? $"'{token}' is one argument too many; quote a text that holds blanks."
                : command.Action is null || parsed.CommandResult.Tokens is not [var first, ..] ? $"'{token}' is no command of {path}. Did you mean {Suggestion(token)}?"
                : $"'{token}' is one argument too many; if '{first.Value}' was to be a command of {path}, did you mean {Suggestion(first.Value)}?";
        }

        if (double.TryParse(token, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
        {
            return $"'{token}' is one argument too many for {path}; a negative number is the value of an option only, as in --option {token}.";
        }

        var options = command.Options.Append(RootOptions.Verbose).Select(option => option.Name);
        if (options.Contains(token, StringComparer.Ordinal))
        {
            return $"'{token}' stands behind '--', where nothing is an option. Write the options first.";
        }

        return $"'{token}' is no option of {path}. Did you mean {Suggestions.For(token, options, 1)}?";
    }

    private static string Path(ParseResult parsed)
    {
        var names = new List<string>();
        for (var result = parsed.CommandResult; result is not null; result = result.Parent as System.CommandLine.Parsing.CommandResult)
        {
            names.Insert(0, result.Command is RootCommand ? RootOptions.ProgramName : result.Command.Name);
        }

        return string.Join(' ', names);
    }
}

/// <summary>The command line asks for something that no command does; reported with exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>What the process tells its caller.</summary>
internal static class ExitCode
{
    /// <summary>It worked.</summary>
    public const int Success = 0;

    /// <summary>It did not work; one line on standard error says why.</summary>
    public const int Failure = 1;

    /// <summary>The command line itself is wrong.</summary>
    public const int Usage = 2;

    /// <summary>Stopped by Ctrl+C: 128 + SIGINT, as shells report it.</summary>
    public const int Interrupted = 130;
}
