namespace Steering.Cli.CommandLine;

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
