using Steering.Sandbox.Bundle;

namespace Steering.Tests;

/// <summary>
/// The bundled sandbox model, laid out once a test run in a folder of its own: what is tested is what this build's importer
/// makes of it. Needs nothing outside the repository.
/// </summary>
internal static class SandboxModel
{
    private static readonly Lazy<SandboxBundle> Opened = new(Open);

    /// <summary>The bundle. Skips the test, with the reason, in a build that carries none.</summary>
    public static SandboxBundle Bundle
    {
        get
        {
            if (!SandboxBundle.IsIncluded)
            {
                Assert.Inconclusive("Skipped: Sandbox/Bundle/Files was empty when Steering.Sandbox was built.");
            }

            return Opened.Value;
        }
    }

    /// <summary>The model folder: fp32, a socket after every block.</summary>
    public static string Folder() => Bundle.ModelFolder;

    /// <summary>The folder of the late autoencoder. Skips the test, with the reason, where the bundle has none.</summary>
    public static string LateSae()
    {
        if (!Bundle.Saes.ContainsKey(SandboxBundle.DefaultSae))
        {
            Assert.Inconclusive($"Skipped: Sandbox/Bundle/Files/saes has no {SandboxBundle.DefaultSae}.");
        }

        return Bundle.Sae(SandboxBundle.DefaultSae);
    }

    private static SandboxBundle Open()
    {
        var cache = Directory.CreateTempSubdirectory("steering-sandbox-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(cache, recursive: true);
        return SandboxBundle.Open(cache);
    }
}
