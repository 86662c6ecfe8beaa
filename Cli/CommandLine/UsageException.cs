namespace Steering.Cli.CommandLine;

/// <summary>The command line asks for something that no command does; reported with exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
