namespace Steering.Export.Hub;

/// <summary>One file of a finished pull.</summary>
/// <param name="Path">Path in the repository and below the folder, with forward slashes.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Hash">What was checked: <c>sha256:</c> or <c>git-sha1:</c> (the hash of git's blob) and hexadecimal digits.</param>
/// <param name="Fetched">Whether this run wrote it; otherwise it was there.</param>
public sealed record HubPulledFile(string Path, long Size, string Hash, bool Fetched);
