namespace Steering.Feed;

/// <summary>How one NuGet package is made from npm packages.</summary>
/// <param name="Id">NuGet id, the publisher's own.</param>
/// <param name="Version">NuGet version.</param>
/// <param name="Description">Goes into the package, beside the sentence that says where it came from.</param>
/// <param name="Dependencies">NuGet dependencies (id, minimum version).</param>
/// <param name="Managed">C# sources to compile into <c>lib/</c>; null for a package of native files only.</param>
/// <param name="Files">Files copied as they are.</param>
internal sealed record PackageRecipe(
    string Id,
    string Version,
    string Description,
    IReadOnlyList<PackageDependency> Dependencies,
    ManagedSources? Managed,
    IReadOnlyList<PackageFile> Files)
{
    public string FileName => $"{Id}.{Version}.nupkg";

    /// <summary>The npm packages the recipe reads, each once.</summary>
    public IEnumerable<NpmPackage> Inputs =>
        Files.Select(file => file.From).Concat(Managed is null ? [] : [Managed.From]).Distinct();

    public override string ToString() => $"{Id} {Version}";
}
