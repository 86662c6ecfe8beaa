using Steering.Sandbox.Bundle;

namespace Steering.Tests.Cli.Support;

/// <summary>The sandbox of the command line's tests: a bundle in miniature, so that they do not depend on what is bundled.</summary>
internal static class SandboxFixture
{
    private static readonly Lazy<SandboxBundle> Opened = new(() =>
        SandboxBundle.Open(BundleFiles.In(TinySandbox.Write(Path.Combine(Stories.Root, "sandbox"))), Path.Combine(Stories.Root, "cache"), progress: null, CancellationToken.None));

    /// <summary>The bundle.</summary>
    public static SandboxBundle Bundle => Opened.Value;
}
