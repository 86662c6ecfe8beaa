using System.Runtime.InteropServices;

namespace Steering.Export.Hub;

/// <summary>What a folder holds after a pull.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Repository">The repository and the revision that was asked for.</param>
/// <param name="Commit">The commit that the revision meant, and that every file is from.</param>
/// <param name="Files">The files that were wanted, by path.</param>
/// <param name="LeftOut">The repository's other files, by path.</param>
/// <param name="BytesReceived">Bytes of files that came over the network in this run.</param>
public sealed record HubPullResult(
    string Folder,
    HubRepository Repository,
    string Commit,
    IReadOnlyList<HubPulledFile> Files,
    IReadOnlyList<HubLeftOutFile> LeftOut,
    long BytesReceived);

/// <summary>A file of the repository that was not asked for.</summary>
/// <param name="Path">Path in the repository.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Reason">Why, in words that files left out for the same reason share.</param>
public sealed record HubLeftOutFile(string Path, long Size, string Reason);

/// <summary>One file of a finished pull.</summary>
/// <param name="Path">Path in the repository and below the folder, with forward slashes.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Hash">What was checked: <c>sha256:</c> or <c>git-sha1:</c> (the hash of git's blob) and hexadecimal digits.</param>
/// <param name="Fetched">Whether this run wrote it; otherwise it was there.</param>
public sealed record HubPulledFile(string Path, long Size, string Hash, bool Fetched);

/// <summary>How far a pull is.</summary>
/// <param name="Stage">What is being done, in words.</param>
/// <param name="Bytes">Bytes that lie on the disk, of all files wanted.</param>
/// <param name="TotalBytes">Bytes of all files wanted; 0 until the listing is known.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct HubPullProgress(string Stage, long Bytes, long TotalBytes)
{
    /// <summary>Share of all bytes, 0 to 1.</summary>
    public double Fraction => TotalBytes > 0 ? (double)Bytes / TotalBytes : 0;
}
