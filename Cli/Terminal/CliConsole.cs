using System.Text;
using Spectre.Console;
using Steering.Sandbox.Bundle;

namespace Steering.Cli.Terminal;

/// <summary>Everything a command reads and writes, so that tests run commands in process and see all of it.</summary>
internal sealed class CliConsole
{
    // Tables written to a file are not cut at the width of a terminal that is not there.
    private const int RedirectedWidth = 240;

    private SandboxBundle? _sandbox;

    /// <summary>Standard input.</summary>
    public required TextReader Input { get; init; }

    /// <summary>Standard output: results.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Standard error: errors.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Standard output with styles, tables and keys.</summary>
    public required IAnsiConsole Terminal { get; init; }

    /// <summary>Standard error with styles: progress.</summary>
    public required IAnsiConsole ErrorTerminal { get; init; }

    /// <summary>Ctrl+C.</summary>
    public required Interrupts Interrupts { get; init; }

    /// <summary>Whether a person sits at both ends, so that keys and redrawing make sense.</summary>
    public required bool IsInteractive { get; init; }

    /// <summary>Whether progress is drawn, neither output being redirected; it is written in lines otherwise.</summary>
    public required bool ShowsProgress { get; init; }

    /// <summary>Clock of progress.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Opens the bundled sandbox.</summary>
    public Func<CancellationToken, SandboxBundle> OpenSandbox { get; init; } = cancellationToken => SandboxBundle.Open(cancellationToken: cancellationToken);

    /// <summary>The bundled sandbox, laid out where that was not done before.</summary>
    /// <exception cref="SteeringException">This build carries none, or it cannot be laid out.</exception>
    public SandboxBundle Sandbox => _sandbox ??= OpenSandbox(Interrupts.Token);

    /// <summary>The console of this process.</summary>
    public static CliConsole OfProcess(Interrupts interrupts)
    {
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var terminal = Create(Console.Out, Console.IsOutputRedirected);
        return new CliConsole
        {
            Input = Console.In,
            Output = Console.Out,
            Error = Console.Error,
            Terminal = terminal,
            ErrorTerminal = Create(Console.Error, Console.IsErrorRedirected),
            Interrupts = interrupts,
            IsInteractive = !Console.IsInputRedirected && !Console.IsOutputRedirected && terminal.Profile.Capabilities.Ansi,
            ShowsProgress = !Console.IsOutputRedirected && !Console.IsErrorRedirected,
        };
    }

    /// <summary>A console that writes to <paramref name="writer"/>.</summary>
    public static IAnsiConsole Create(TextWriter writer, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = redirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (redirected)
        {
            console.Profile.Width = RedirectedWidth;
        }

        return console;
    }
}
