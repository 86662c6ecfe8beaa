namespace Steering.Export.Hub;

/// <summary>Where a host keeps what.</summary>
/// <param name="endpoint">Address of the host.</param>
/// <param name="repository">The repository.</param>
internal sealed class HubAddresses(Uri endpoint, HubRepository repository)
{
    private readonly string _root = endpoint.AbsoluteUri.TrimEnd('/');
    private readonly string _kind = repository.Kind == HubRepositoryKind.Dataset ? "datasets" : "models";

    /// <summary>The page of the repository, for people.</summary>
    public string Page => $"{_root}/{repository.Id}";

    /// <summary>Says which commit a revision is.</summary>
    public Uri Revision => new($"{Api}/revision/{Uri.EscapeDataString(repository.Revision)}");

    /// <summary>Lists branches and tags.</summary>
    public Uri References => new($"{Api}/refs");

    /// <summary>Finds repositories of a similar name.</summary>
    public Uri Search => new($"{_root}/api/{_kind}?search={Uri.EscapeDataString(repository.Name)}&limit=20");

    private string Api => $"{_root}/api/{_kind}/{repository.Owner}/{repository.Name}";

    /// <summary>A page of the listing of all files of a commit.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="query">What chooses the page, beginning with '?'.</param>
    public Uri Tree(string commit, string query) => new($"{Api}/tree/{commit}{query}");

    /// <summary>The content of a file.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="path">A checked path.</param>
    public Uri File(string commit, string path) =>
        new($"{_root}/{repository.Id}/resolve/{commit}/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}");
}
