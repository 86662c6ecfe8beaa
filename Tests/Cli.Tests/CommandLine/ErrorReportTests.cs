using Steering.Cli.CommandLine;
using Steering.Cli.Commands;
using Steering.Cli.Terminal;

namespace Steering.Tests.Cli.CommandLine;

[TestClass]
public sealed class ErrorReportTests
{
    [TestMethod]
    public void AnythingUnexpected_IsCalledABug_WithTheWayToReportIt()
    {
        var (code, text) = Report(new InvalidOperationException("two\nlines"), verbose: false);
        Assert.AreEqual(1, code);
        Assert.AreEqual("error: This is a bug in steer (InvalidOperationException: two lines); run it again with --verbose and report what it prints.\n", text);
        Assert.Contains("System.InvalidOperationException: two", Report(new InvalidOperationException("two"), verbose: true).Text);
    }

    [TestMethod]
    public void WhatAUserCanMend_IsOneLine()
    {
        Assert.AreEqual((1, "error: Mend it.\n"), Report(new SteeringException("Mend it."), verbose: false));
        Assert.AreEqual((1, "error: Mend it.\n"), Report(new AggregateException(new SteeringException("Mend it.")), verbose: false));
        Assert.AreEqual((1, "error: The disk is full.\n"), Report(new IOException("The disk is full."), verbose: false));
        Assert.AreEqual((130, "error: cancelled.\n"), Report(new OperationCanceledException(), verbose: false));
        Assert.AreEqual((2, "error: Wrong. See 'steer --help'.\n"), Report(new UsageException("Wrong."), verbose: false));
    }

    private static (int Code, string Text) Report(Exception exception, bool verbose)
    {
        using var error = new StringWriter();
        using var interrupts = new Interrupts();
        var console = new CliConsole
        {
            Input = TextReader.Null,
            Output = TextWriter.Null,
            Error = error,
            Terminal = CliConsole.Create(TextWriter.Null, redirected: true),
            ErrorTerminal = CliConsole.Create(error, redirected: true),
            Interrupts = interrupts,
            IsInteractive = false,
            ShowsProgress = false,
        };
        var code = new ErrorReport(console, verbose).Failure(exception, CommandTree.Create(console).Parse([]));
        return (code, error.ToString().ReplaceLineEndings("\n"));
    }
}
