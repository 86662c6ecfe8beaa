using Steering.Sandbox.Bundle;

namespace Steering.Tests;

/// <summary>
/// The bundled sandbox model, laid out once a test run in a folder of its own: what is tested is what this build's importer
/// makes of it. Needs nothing outside the repository.
/// </summary>
internal static class SandboxModel
{
    private static readonly Lazy<SandboxBundle> Opened = new(Open);

    /// <summary>The bundle.</summary>
    public static SandboxBundle Bundle => Opened.Value;

    /// <summary>The model folder: fp32, a socket after every block.</summary>
    public static string Folder() => Bundle.ModelFolder;

    /// <summary>The folder of the late autoencoder.</summary>
    public static string LateSae() => Bundle.Sae(SandboxBundle.DefaultSae);

    private static SandboxBundle Open()
    {
        var cache = Directory.CreateTempSubdirectory("steering-sandbox-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(cache, recursive: true);
        return SandboxBundle.Open(cache);
    }
}
