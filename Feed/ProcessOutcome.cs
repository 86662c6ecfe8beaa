namespace Steering.Feed;

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Lines">What it wrote to both outputs, without blank lines.</param>
internal sealed record ProcessOutcome(int ExitCode, IReadOnlyList<string> Lines)
{
    /// <summary>The last few lines, for an error message.</summary>
    public string Tail => string.Join(" | ", Lines.TakeLast(4).Select(line => line.Trim()));
}
