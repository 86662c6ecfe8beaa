namespace Steering.Export.Hub;

/// <summary>A file as the host lists it.</summary>
/// <param name="Path">Path in the repository, not yet trusted.</param>
/// <param name="Size">Bytes of its content.</param>
/// <param name="Hash">What its content must hash to.</param>
internal sealed record HubFile(string Path, long Size, ContentHash Hash);
