using System.Text;
using Spectre.Console;

namespace Steering.Tests.Cli.Support;

/// <summary>Plain writes that end up on the test terminal, as standard output does on a real one.</summary>
internal sealed class TerminalWriter(ScriptedTerminal terminal) : TextWriter
{
    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => terminal.Write(new Text(value.ToString()));

    public override void Write(string? value) => terminal.Profile.Out.Writer.Write(value);

    public override void WriteLine(string? value) => terminal.Profile.Out.Writer.WriteLine(value);
}
