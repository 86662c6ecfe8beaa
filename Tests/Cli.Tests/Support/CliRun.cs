using System.Text.Json;
using Steering.Cli;
using Steering.Cli.Terminal;
using Steering.Sandbox.Bundle;

namespace Steering.Tests.Cli.Support;

/// <summary>One command line, run in this process with both outputs redirected.</summary>
internal sealed record CliRun(int ExitCode, string Output, string Error)
{
    /// <summary>The output as JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>Runs a command line.</summary>
    public static Task<CliRun> Of(params string[] arguments) => Of(string.Empty, CancellationToken.None, arguments);

    /// <summary>Runs a command line that reads standard input.</summary>
    public static Task<CliRun> WithInput(string input, params string[] arguments) => Of(input, CancellationToken.None, arguments);

    /// <summary>Runs a command line that reads standard input, with the sandbox that is shipped in place of the tiny one.</summary>
    public static Task<CliRun> InShippedSandbox(string input, params string[] arguments) => RunAsync(input, arguments, token => SandboxBundle.Open(cancellationToken: token), CancellationToken.None);

    /// <summary>Runs a command line that may be cancelled.</summary>
    public static Task<CliRun> Of(string input, CancellationToken cancellationToken, params string[] arguments) => RunAsync(input, arguments, _ => SandboxFixture.Bundle, cancellationToken);

    private static async Task<CliRun> RunAsync(string input, string[] arguments, Func<CancellationToken, SandboxBundle> sandbox, CancellationToken cancellationToken)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var interrupts = new Interrupts();
        var console = new CliConsole
        {
            Input = new StringReader(input),
            Output = output,
            Error = error,
            Terminal = CliConsole.Create(output, redirected: true),
            ErrorTerminal = CliConsole.Create(error, redirected: true),
            Interrupts = interrupts,
            OpenSandbox = sandbox,
            IsInteractive = false,
            ShowsProgress = false,
            Time = new StillTime(),
        };
        var code = await SteerApplication.RunAsync(arguments, console, cancellationToken);
        return new CliRun(code, output.ToString().ReplaceLineEndings("\n"), error.ToString().ReplaceLineEndings("\n"));
    }

    /// <summary>Runs a command line at a terminal with keys.</summary>
    public static async Task<CliRun> AtTerminal(ScriptedTerminal terminal, params string[] arguments)
    {
        using var error = new StringWriter();
        using var interrupts = new Interrupts();
        using var output = new TerminalWriter(terminal);
        var console = new CliConsole
        {
            Input = TextReader.Null,
            Output = output,
            Error = error,
            Terminal = terminal,
            ErrorTerminal = terminal,
            Interrupts = interrupts,
            OpenSandbox = _ => SandboxFixture.Bundle,
            IsInteractive = true,
            ShowsProgress = true,
        };
        var code = await SteerApplication.RunAsync(arguments, console, CancellationToken.None);
        return new CliRun(code, terminal.Output, error.ToString().ReplaceLineEndings("\n"));
    }

    /// <summary>Asserts success, with everything that was printed in the message.</summary>
    public CliRun Succeeds()
    {
        Assert.AreEqual(0, ExitCode, $"{Error}\n{Output}");

        // The first command of the process that trains says so where the machine is slow.
        Assert.AreEqual(string.Empty, Error.Replace("Loading libtorch, about 450 MB; this happens once in a process.\n", string.Empty, StringComparison.Ordinal));
        return this;
    }

    /// <summary>Asserts success, whatever was said on standard error.</summary>
    public CliRun IsOk()
    {
        Assert.AreEqual(0, ExitCode, $"{Error}\n{Output}");
        return this;
    }

    /// <summary>Asserts that standard output has every part.</summary>
    public CliRun Prints(params string[] parts)
    {
        foreach (var part in parts)
        {
            Assert.Contains(part, Output);
        }

        return this;
    }

    /// <summary>Asserts one readable line on standard error, and nothing else.</summary>
    public CliRun Fails(int exitCode, params string[] parts)
    {
        Assert.AreEqual(exitCode, ExitCode, $"{Error}\n{Output}");
        Assert.StartsWith("error: ", Error);
        Assert.AreEqual(1, Error.Count(letter => letter == '\n'), Error);
        Assert.DoesNotContain("   at ", Error);
        foreach (var part in parts)
        {
            Assert.Contains(part, Error, StringComparison.Ordinal);
        }

        return this;
    }

    /// <summary>A clock that stands, so that no output depends on how fast the machine is.</summary>
    private sealed class StillTime : TimeProvider
    {
        public override long GetTimestamp() => 0;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new StillTimer();
    }

    private sealed class StillTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
