namespace Steering.Feed;

/// <summary>A dependency of a package: its id and the least version that will do.</summary>
internal sealed record PackageDependency(string Id, string Version);
