using System.ComponentModel;
using System.Diagnostics;

namespace Steering.Training.Torch;

/// <summary>
/// Brings libtorch into NuGet's folder of packages, where every program of the machine finds it. A restore does it, so the
/// machine's own package sources, proxies and credentials hold, and the package's signature is checked as any other's.
/// </summary>
internal static class TorchDownload
{
    /// <summary>Restores the package.</summary>
    /// <param name="dotnet">The program <c>dotnet</c> of an SDK.</param>
    /// <param name="cancellationToken">Ends the restore.</param>
    /// <exception cref="SteeringException">There is no package for this platform, no SDK, or the restore failed; the message holds what it said.</exception>
    public static async Task RunAsync(string dotnet, CancellationToken cancellationToken)
    {
        if (TorchLibraries.Package is not { } package)
        {
            throw new SteeringException(TorchLibraries.Cure);
        }

        var folder = Directory.CreateTempSubdirectory("steer-torch-").FullName;
        try
        {
            var project = Path.Combine(folder, "libtorch.csproj");
            await File.WriteAllTextAsync(project, Project(package), cancellationToken).ConfigureAwait(false);
            await RestoreAsync(dotnet, project, package, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Project(string package) => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net{Environment.Version.Major}.0</TargetFramework>
          </PropertyGroup>
          <ItemGroup>
            <PackageDownload Include="{package}" Version="[{TorchLibraries.Version}]" />
          </ItemGroup>
        </Project>
        """;

    private static async Task RestoreAsync(string dotnet, string project, string package, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(dotnet) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetDirectoryName(project)! };
        string[] arguments = ["restore", project, "-v", "quiet", "-nologo"];
        Array.ForEach(arguments, start.ArgumentList.Add);
        using var process = Start(start);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            var said = $"{await output.ConfigureAwait(false)}{await error.ConfigureAwait(false)}".Trim();
            if (process.ExitCode != 0)
            {
                throw new SteeringException($"{package} {TorchLibraries.Version} could not be had: {said}. Look at the package sources with 'dotnet nuget list source', or set {TorchOptions.NativeFolderVariable} to a folder that holds libtorch {TorchLibraries.Version}.");
            }
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            throw new SteeringException($"{start.FileName} cannot be started: {missing.Message}. The .NET SDK is needed to restore a package; or set {TorchOptions.NativeFolderVariable} to a folder that holds libtorch {TorchLibraries.Version}.", missing);
        }
    }
}
