using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.CompilerServices;

namespace Steering.Cli.CommandLine;

/// <summary>The usual help, followed by the command's examples.</summary>
/// <param name="help">The usual help.</param>
internal sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var code = help.Invoke(parseResult);
        var examples = Examples.Of(parseResult.CommandResult.Command);
        if (examples.Count > 0)
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var example in examples)
            {
                output.WriteLine($"  {example}");
            }

            output.WriteLine();
        }

        return code;
    }
}

/// <summary>Example command lines, shown at the end of a command's help.</summary>
internal static class Examples
{
    private static readonly ConditionalWeakTable<Command, string[]> Lines = [];

    private static readonly string[] First =
    [
        "steer import SmolLM2-135M-Instruct.Q4_1.gguf smollm2 --precision int4 --sites 15",
        "steer chat smollm2 --sae sae-l15",
    ];

    /// <summary>Adds examples to a command.</summary>
    public static Command WithExamples(this Command command, params string[] lines)
    {
        Lines.Add(command, lines);
        return command;
    }

    /// <summary>The examples of a command.</summary>
    public static IReadOnlyList<string> Of(Command command) =>
        Lines.TryGetValue(command, out var lines) ? lines : command is RootCommand ? First : [];
}
