namespace Steering.Feed;

/// <summary>Fetches tarballs with the ordinary npm client, whatever registry it is set up for.</summary>
internal sealed class NpmClient(string program = NpmClient.DefaultProgram)
{
    /// <summary>Name of the client on the path.</summary>
    public const string DefaultProgram = "npm";

    /// <summary>Fetches one package and checks it against its pin.</summary>
    /// <param name="package">The pinned package.</param>
    /// <param name="neededBy">What it is for, named in messages.</param>
    /// <param name="folder">Empty folder for the tarball.</param>
    /// <param name="cancellation">Ends the client.</param>
    /// <returns>Path of the verified tarball.</returns>
    /// <exception cref="FeedException">No npm, no such package, no network, or another file than the pinned one.</exception>
    public async Task<string> FetchAsync(NpmPackage package, string neededBy, string folder, CancellationToken cancellation)
    {
        string[] arguments = ["pack", package.ToString(), "--pack-destination", folder, "--ignore-scripts", "--loglevel=error"];
        ProcessOutcome outcome;
        try
        {
            outcome = OperatingSystem.IsWindows()
                ? await ChildProcess.RunAsync("cmd.exe", ["/d", "/c", program, .. arguments], folder, cancellation)
                : await ChildProcess.RunAsync(program, arguments, folder, cancellation);
        }
        catch (FileNotFoundException problem)
        {
            throw new FeedException(
                $"No configured NuGet source serves {neededBy}, and npm, which would fetch it from {package}, is not on this machine: install Node.js with npm, or add a NuGet source that serves it (dotnet nuget add source).", problem);
        }

        var tarballs = outcome.ExitCode == 0 ? Directory.GetFiles(folder, "*.tgz") : [];
        if (tarballs.Length != 1)
        {
            throw new FeedException(Explain(package, neededBy, outcome));
        }

        Tarball.Verify(tarballs[0], package);
        return tarballs[0];
    }

    private static string Explain(NpmPackage package, string neededBy, ProcessOutcome outcome)
    {
        var lacking = outcome.Lines.Any(line => line.Contains("E404", StringComparison.Ordinal) || line.Contains("ETARGET", StringComparison.Ordinal));
        return lacking
            ? $"No configured NuGet source serves {neededBy}, and the npm registry this machine uses does not hold {package}, from which it would be made: use a registry that holds it (npm config set registry), or add a NuGet source that serves {neededBy} (dotnet nuget add source)."
            : $"No configured NuGet source serves {neededBy}, and npm could not fetch {package}, from which it would be made (exit code {outcome.ExitCode}): {outcome.Tail}. Check the network and npm's settings, then build again.";
    }
}
