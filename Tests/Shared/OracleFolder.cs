namespace Steering.Tests;

/// <summary>Where the reference outputs and the real models are, and the refusal to pass on an empty folder.</summary>
internal static class OracleFolder
{
    private static readonly string Root = FindRepositoryRoot();

    /// <summary>The folder that holds <c>Steering.sln</c>.</summary>
    public static string RepositoryRoot => Root;

    /// <summary>Folder of the oracles: <c>STEERING_ORACLES</c>, or <c>../shared/oracles</c> beside the repository.</summary>
    public static string Oracles { get; } = FromEnvironment("STEERING_ORACLES", "oracles");

    /// <summary>Folder of the models: <c>STEERING_MODELS</c>, or <c>../shared/models</c> beside the repository.</summary>
    public static string Models { get; } = FromEnvironment("STEERING_MODELS", "models");

    /// <summary>A sub-folder of the oracles. Skips the test, with the reason, only where the oracles are absent altogether.</summary>
    public static string Require(params string[] relative) => Require(Oracles, "STEERING_ORACLES", relative);

    /// <summary>A file or sub-folder of the models. Skips the test, with the reason, only where the models are absent altogether.</summary>
    public static string RequireModel(params string[] relative) => Require(Models, "STEERING_MODELS", relative);

    /// <summary>The sub-folders of an oracle folder that hold <paramref name="marker"/>; fails when there is none.</summary>
    public static IReadOnlyList<string> Cases(string marker, params string[] relative)
    {
        var folder = Require(relative);
        var cases = Directory.EnumerateDirectories(folder)
            .Where(candidate => File.Exists(Path.Combine(candidate, marker)))
            .Order(StringComparer.Ordinal)
            .ToArray();
        Assert.IsNotEmpty(cases, $"{folder} holds no case: no sub-folder with a file {marker}.");
        return cases;
    }

    private static string Require(string root, string variable, string[] relative)
    {
        if (!Directory.Exists(root))
        {
            Assert.Inconclusive($"Skipped: {root} is absent; set {variable} to the folder.");
        }

        var path = Path.Combine([root, .. relative]);
        Assert.IsTrue(Path.Exists(path), $"{path} is missing from {root}.");
        return path;
    }

    private static string FromEnvironment(string variable, string name)
    {
        var value = Environment.GetEnvironmentVariable(variable);
        return Path.GetFullPath(string.IsNullOrWhiteSpace(value) ? Path.Combine(Root, "..", "shared", name) : value);
    }

    private static string FindRepositoryRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Steering.sln")))
            {
                return folder;
            }
        }

        throw new InvalidOperationException($"No Steering.sln above {AppContext.BaseDirectory}.");
    }
}
