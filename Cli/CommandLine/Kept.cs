namespace Steering.Cli.CommandLine;

/// <summary>What an interrupted command keeps.</summary>
/// <param name="What">What is kept and where, as the middle of a sentence.</param>
/// <param name="Option">Option that goes on from it, or null where the same command does.</param>
internal sealed record Kept(string What, string? Option = null);
