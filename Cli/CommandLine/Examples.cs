using System.CommandLine;
using System.Runtime.CompilerServices;

namespace Steering.Cli.CommandLine;

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
