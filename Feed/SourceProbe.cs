using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Steering.Feed;

/// <summary>Asks the configured NuGet sources for exact package versions, by a throw-away restore into a folder of its own.</summary>
internal static partial class SourceProbe
{
    /// <summary>Asks for one package.</summary>
    /// <param name="recipe">Package to ask for.</param>
    /// <param name="folder">Work folder below the repository, so that its <c>nuget.config</c> applies.</param>
    /// <param name="cancellation">Ends the restore.</param>
    /// <exception cref="FeedException">The sources could not be asked, and the package is not in the cache either.</exception>
    public static async Task<ProbeVerdict> AskAsync(PackageRecipe recipe, string folder, CancellationToken cancellation)
    {
        var project = Scratch.Project(
            Path.Combine(folder, "probe-" + recipe.Id),
            "probe",
            new XElement("PropertyGroup", new XElement("NuGetAudit", "false")),
            new XElement("ItemGroup", new XElement("PackageDownload", new XAttribute("Include", recipe.Id), new XAttribute("Version", $"[{recipe.Version}]"))));
        var home = Path.GetDirectoryName(project)!;
        var outcome = await ChildProcess.RunAsync(
            ChildProcess.DotNet, ["restore", project, "--packages", Path.Combine(home, "packages"), "-v", "quiet"], home, cancellation);
        var verdict = Verdict(outcome);
        if (verdict is null && !IsCached(recipe))
        {
            throw new FeedException(
                $"The configured NuGet sources could not be asked for {recipe}: {outcome.Tail}. Check the network and 'dotnet nuget list source', then build again.");
        }

        Directory.Delete(home, recursive: true);
        return verdict switch
        {
            true => ProbeVerdict.Served,
            false => ProbeVerdict.Lacking,
            null => ProbeVerdict.OnlyCached,
        };
    }

    /// <summary>Reads the outcome of a probing restore.</summary>
    /// <returns>True where the package came, false where every source lacks it, null where the sources could not be asked.</returns>
    internal static bool? Verdict(ProcessOutcome outcome)
    {
        if (outcome.ExitCode == 0)
        {
            return true;
        }

        var codes = outcome.Lines.SelectMany(line => ErrorCode().Matches(line)).Select(match => match.Groups[1].Value).Distinct(StringComparer.Ordinal).ToList();
        return codes.Count > 0 && codes.All(code => code is "NU1101" or "NU1102" or "NU1103") ? false : null;
    }

    private static bool IsCached(PackageRecipe recipe)
    {
        var root = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } configured
            ? configured
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
#pragma warning disable CA1308 // NuGet's folder layout is lower case by definition.
        return File.Exists(Path.Combine(root, recipe.Id.ToLowerInvariant(), recipe.Version, ".nupkg.metadata"));
#pragma warning restore CA1308
    }

    [GeneratedRegex(@"\berror\s+([A-Z]+\d{4})\b", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ErrorCode();
}
