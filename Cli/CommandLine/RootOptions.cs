using System.CommandLine;

namespace Steering.Cli.CommandLine;

/// <summary>What every command has.</summary>
internal static class RootOptions
{
    /// <summary>Name of the program.</summary>
    public const string ProgramName = "steer";

    /// <summary>Prints stack traces of errors.</summary>
    public static Option<bool> Verbose { get; } = new("--verbose")
    {
        Description = "After an error, print where it came from.",
        Recursive = true,
    };
}
