using System.Globalization;
using Steering.Sockets;

namespace Steering.Export.Sockets;

/// <summary>Which blocks of a model get a socket.</summary>
public sealed class SiteSelection
{
    private readonly int[]? _blocks;

    private SiteSelection(int[]? blocks) => _blocks = blocks;

    /// <summary>Every block.</summary>
    public static SiteSelection All { get; } = new(null);

    /// <summary>The given blocks, in any order.</summary>
    /// <param name="blocks">Block indices, 0-based, at least one, each once.</param>
    /// <exception cref="SteeringException">No block, a negative one, or one named twice.</exception>
    public static SiteSelection Blocks(params IReadOnlyCollection<int> blocks)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        var sorted = blocks.Order().ToArray();
        if (sorted.Length == 0 || sorted[0] < 0 || sorted.Distinct().Count() != sorted.Length)
        {
            throw new SteeringException($"The sites [{Join(sorted)}] do not name blocks: give at least one index from 0 up, each once, or all.");
        }

        return new SiteSelection(sorted);
    }

    /// <summary>Reads <c>all</c>, or block indices and site names separated by commas, as in <c>8,15,resid_post.22</c>.</summary>
    /// <param name="text">What the user wrote.</param>
    /// <exception cref="SteeringException">Something else was written.</exception>
    public static SiteSelection Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (string.Equals(text.Trim(), "all", StringComparison.OrdinalIgnoreCase))
        {
            return All;
        }

        var prefix = SocketLayout.ResidualSite(0)[..^1];
        return Blocks(Array.ConvertAll(text.Split(',', StringSplitOptions.TrimEntries), part =>
            int.TryParse(part.StartsWith(prefix, StringComparison.Ordinal) ? part[prefix.Length..] : part, NumberStyles.None, CultureInfo.InvariantCulture, out var block)
                ? block
                : throw new SteeringException($"The sites '{text}' cannot be read at '{part}': write all, or block indices separated by commas, as in 8,15,22.")));
    }

    /// <summary>The chosen sites of a model.</summary>
    /// <exception cref="SteeringException">The model has no such block.</exception>
    internal IReadOnlyList<GraphSite> Choose(IReadOnlyList<GraphSite> sites)
    {
        if (_blocks is null)
        {
            return sites;
        }

        var missing = _blocks.Where(block => block >= sites.Count).ToArray();
        return missing.Length == 0
            ? Array.ConvertAll(_blocks, block => sites[block])
            : throw new SteeringException(
                $"The model has no block {Join(missing)}: it has {sites.Count}, so its sites are {string.Join(", ", sites.Select(site => SocketLayout.ResidualSite(site.Block)))}.");
    }

    private static string Join(IEnumerable<int> blocks) => string.Join(", ", blocks.Select(block => block.ToString(CultureInfo.InvariantCulture)));
}
