namespace Steering.Feed;

/// <summary>The program's command line.</summary>
/// <param name="Root">Folder <c>Feed/</c>.</param>
/// <param name="Stamp">File left when the feed is ready.</param>
/// <param name="Gpu">Whether the CUDA packages are wanted.</param>
internal sealed record FeedOptions(string Root, string Stamp, bool Gpu)
{
    /// <summary>Reads <c>--root FOLDER --stamp FILE [--gpu]</c>.</summary>
    /// <exception cref="FeedException">A word is unknown or one is missing.</exception>
    public static FeedOptions Parse(IReadOnlyList<string> arguments)
    {
        string? root = null;
        string? stamp = null;
        var gpu = false;
        for (var i = 0; i < arguments.Count; i++)
        {
            switch (arguments[i])
            {
                case "--gpu":
                    gpu = true;
                    break;
                case "--root" when i + 1 < arguments.Count:
                    root = Path.GetFullPath(arguments[++i]);
                    break;
                case "--stamp" when i + 1 < arguments.Count:
                    stamp = Path.GetFullPath(arguments[++i]);
                    break;
                default:
                    throw new FeedException($"Unexpected argument '{arguments[i]}'; the program takes --root FOLDER --stamp FILE [--gpu] and is run by the build itself.");
            }
        }

        return root is not null && stamp is not null
            ? new FeedOptions(root, stamp, gpu)
            : throw new FeedException("The program takes --root FOLDER --stamp FILE [--gpu] and is run by the build itself; 'dotnet build' is all that is needed.");
    }
}
