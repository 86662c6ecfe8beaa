namespace Steering.Export.Hub;

/// <summary>A file of the repository that was not asked for.</summary>
/// <param name="Path">Path in the repository.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Reason">Why, in words that files left out for the same reason share.</param>
public sealed record HubLeftOutFile(string Path, long Size, string Reason);
