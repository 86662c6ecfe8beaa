namespace Steering.Sandbox.Bundle;

/// <summary>Where bundles are laid out.</summary>
internal static class BundleCache
{
    private const string Product = "steering";

    /// <summary>The folder given, that of the variable, or the user's own.</summary>
    /// <param name="given">The caller's choice, or null.</param>
    /// <exception cref="SteeringException">There is none: no variable, no home.</exception>
    public static string Folder(string? given)
    {
        if ((given ?? Environment.GetEnvironmentVariable(SandboxBundle.CacheVariable)) is { } folder && !string.IsNullOrWhiteSpace(folder))
        {
            return Path.GetFullPath(folder);
        }

        // The folder of a new account does not exist yet, and is created with what goes into it.
        var local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return local.Length > 0
            ? Path.Combine(local, Product)
            : throw new SteeringException($"There is no folder for the sandbox model: this account has no home. Name one in {SandboxBundle.CacheVariable}.");
    }
}
