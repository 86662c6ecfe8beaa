using System.CommandLine;
using Steering.Cli.CommandLine;
using Steering.Cli.Output;
using Steering.Cli.Terminal;
using Steering.Training.Torch;

namespace Steering.Cli.Commands;

/// <summary><c>steer torch</c>: where libtorch lies, and how it comes here where it is missing.</summary>
internal static class TorchCommand
{
    public static Command Create(CliConsole console)
    {
        var check = new Option<bool>("--check") { Description = "Say where libtorch lies, and get nothing." };
        var json = CommandExtensions.Json();
        return new Command("torch", "Get libtorch, which commands that train need and no other.") { check, json }
            .WithExamples("steer torch", "steer torch --check")
            .Runs(async (parsed, cancellationToken) =>
            {
                var folder = Folder();
                if (folder is null && !parsed.GetValue(check))
                {
                    console.Error.WriteLine($"Restoring {TorchLibraries.Package ?? "libtorch"} {TorchLibraries.Version} (about 130 MB to download, 480 MB on the disk) with 'dotnet restore' …");
                    await TorchDownload.RunAsync(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", cancellationToken);
                    folder = Folder();
                }

                if (parsed.GetValue(json))
                {
                    Json.Write(console.Output, writer =>
                    {
                        writer.WriteString("platform", TorchLibraries.Platform);
                        writer.WriteString("version", TorchLibraries.Version);
                        writer.WriteString("folder", folder);
                    });
                }
                else
                {
                    console.Output.WriteLine(folder is null
                        ? $"libtorch {TorchLibraries.Version} is not here. {TorchLibraries.Cure}"
                        : $"libtorch {TorchLibraries.Version} lies in {folder}.");
                }
            });
    }

    private static string? Folder()
    {
        var preset = Environment.GetEnvironmentVariable(TorchOptions.NativeFolderVariable);
        var libraries = new TorchLibraries(string.IsNullOrWhiteSpace(preset) ? null : preset);
        return libraries.TryFind(TorchLibraries.Core[1]) is { } file ? Path.GetDirectoryName(file) : null;
    }
}
