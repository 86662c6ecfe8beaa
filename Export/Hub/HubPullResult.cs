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
