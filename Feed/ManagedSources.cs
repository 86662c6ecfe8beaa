namespace Steering.Feed;

/// <summary>A folder of C# sources in an npm package and the assembly they become.</summary>
/// <param name="From">The npm package.</param>
/// <param name="Folder">Folder inside the tarball, with a closing slash; every <c>.cs</c> below it is compiled.</param>
/// <param name="AssemblyName">Simple name of the assembly.</param>
/// <param name="References">NuGet packages the sources compile against.</param>
/// <param name="Usings">Namespaces the sources take for granted.</param>
internal sealed record ManagedSources(
    NpmPackage From,
    string Folder,
    string AssemblyName,
    IReadOnlyList<PackageDependency> References,
    IReadOnlyList<string> Usings);
