namespace Steering.Export.Hub;

/// <summary>What is fetched, and where to.</summary>
public sealed record HubPullOptions
{
    /// <summary>The repository and its revision.</summary>
    public required HubRepository Repository { get; init; }

    /// <summary>Folder that holds the files under their names in the repository; it is made where it is missing.</summary>
    public required string Folder { get; init; }

    /// <summary>
    /// Which files: whole paths in which <c>*</c> stands for any letters ('/' too) and <c>?</c> for one; a pattern that ends in
    /// '/' takes all below it. None: what an import needs. Pickles come only through a pattern that ends in their extension.
    /// </summary>
    public IReadOnlyList<string> Patterns { get; init; } = [];

    /// <summary>
    /// Replace files of the folder that are not the repository's: those of another commit, and those changed since. Without
    /// it they are refused and stay.
    /// </summary>
    public bool Overwrite { get; init; }
}
