namespace Steering.Feed;

/// <summary>One file of an npm package and its place in the NuGet package.</summary>
/// <param name="From">The npm package.</param>
/// <param name="Entry">Path inside the tarball.</param>
/// <param name="Target">Path inside the NuGet package.</param>
internal sealed record PackageFile(NpmPackage From, string Entry, string Target);
