using System.ComponentModel;
using System.Diagnostics;

namespace Steering.Feed;

/// <summary>Runs a command to its end and keeps what it said.</summary>
internal static class ChildProcess
{
    /// <summary>The <c>dotnet</c> that runs this build, or the one on the path.</summary>
    public static string DotNet { get; } =
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : "dotnet";

    /// <summary>Starts a command without a shell and waits for it.</summary>
    /// <param name="file">Program.</param>
    /// <param name="arguments">Arguments, each passed as it stands.</param>
    /// <param name="folder">Working folder.</param>
    /// <param name="cancellation">Ends the command and all its children.</param>
    /// <returns>Exit code and the lines of both outputs.</returns>
    /// <exception cref="FileNotFoundException">There is no such program.</exception>
    public static async Task<ProcessOutcome> RunAsync(string file, IEnumerable<string> arguments, string folder, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Error codes are read from the output, so its language and layout must not depend on the machine.
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["MSBUILDTERMINALLOGGER"] = "off";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";

        using var process = new Process { StartInfo = start };
        var lines = new List<string>();
        process.OutputDataReceived += (_, data) => Keep(lines, data.Data);
        process.ErrorDataReceived += (_, data) => Keep(lines, data.Data);
        try
        {
            process.Start();
        }
        catch (Win32Exception problem)
        {
            throw new FileNotFoundException($"'{file}' could not be started: {problem.Message}", file, problem);
        }

        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        lock (lines)
        {
            return new ProcessOutcome(process.ExitCode, [.. lines]);
        }
    }

    private static void Keep(List<string> lines, string? line)
    {
        if (!string.IsNullOrWhiteSpace(line))
        {
            lock (lines)
            {
                lines.Add(line.TrimEnd());
            }
        }
    }
}
