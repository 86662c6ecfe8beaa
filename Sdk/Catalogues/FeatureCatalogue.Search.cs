namespace Steering.Catalogues;

public sealed partial class FeatureCatalogue
{
    /// <summary>Excerpts with the text at their peak that one search looks at; where more have it, so many are drawn evenly from all.</summary>
    public const int MaximumPeakExcerpts = 2048;

    /// <summary>The same for excerpts that hold the text anywhere.</summary>
    public const int MaximumExcerpts = 1024;

    private const int Segments = 64;

    /// <summary>
    /// Finds features by text in their labels and top examples: every word must occur, in any order; a word that ends
    /// in * stands for all that begin so. Case and accents do not matter.
    /// </summary>
    /// <param name="text">The words. Whatever they hold, none is an operator.</param>
    /// <param name="limit">Largest number of features.</param>
    /// <returns>
    /// Features whose label holds the text first; then by the number of examples whose peak token is part of one of the words,
    /// then by the number that hold it anywhere, then rarer features before frequent ones.
    /// </returns>
    /// <exception cref="SteeringException">There is no word, or a damaged file.</exception>
    public IReadOnlyList<CatalogueMatch> Search(string text, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var query = SearchQuery.Parse(text);
        return Locked(() =>
        {
            var found = new Dictionary<int, Tally>();
            foreach (var latent in Labelled(query, limit))
            {
                found[latent] = new Tally { InLabel = true };
            }

            var peaks = Excerpts(query.AtPeak, query.HasPrefix, MaximumPeakExcerpts);
            foreach (var excerpt in peaks)
            {
                Count(found, excerpt, atPeak: true);
            }

            foreach (var excerpt in Excerpts(query.Anywhere, query.HasPrefix, MaximumExcerpts))
            {
                if (!peaks.Contains(excerpt))
                {
                    Count(found, excerpt, atPeak: false);
                }
            }

            // Frequency decides only between equals, and reading it for every candidate would be slow.
            var best = found
                .OrderByDescending(pair => pair.Value.InLabel).ThenByDescending(pair => pair.Value.AtPeak).ThenByDescending(pair => pair.Value.Matches).ThenBy(pair => pair.Key)
                .Take(Math.Max(limit, 256))
                .Select(pair => (Tally: pair.Value, Feature: Feature(pair.Key)))
                .OrderByDescending(pair => pair.Tally.InLabel).ThenByDescending(pair => pair.Tally.AtPeak).ThenByDescending(pair => pair.Tally.Matches).ThenBy(pair => pair.Feature.Fired).ThenBy(pair => pair.Feature.Latent)
                .Take(limit);
            return best.Select(pair => new CatalogueMatch(pair.Feature, pair.Tally.InLabel, pair.Tally.AtPeak, pair.Tally.Matches, Example(pair.Feature.Latent, pair.Tally.Rank))).ToArray();
        });
    }

    private List<int> Labelled(SearchQuery query, int limit)
    {
        var latents = new List<int>();
        using var row = _connection.Query("SELECT rowid FROM label_text WHERE label_text MATCH @0 ORDER BY rank, rowid LIMIT @1", query.Words, limit);
        while (row.Read())
        {
            latents.Add(Latent(row, 0));
        }

        return latents;
    }

    /// <summary>All excerpts of a query, or where they are too many, an even choice of them: ranking them all would take seconds.</summary>
    private HashSet<long> Excerpts(string expression, bool hasPrefix, int most)
    {
        var found = new HashSet<long>();
        Hits(found, expression, long.MinValue, long.MaxValue, most + 1);
        if (found.Count <= most)
        {
            return found;
        }

        // The beginning of words is looked up anew by every query, so that one pass over all is quicker than many short ones.
        if (hasPrefix)
        {
            return [.. EveryNth(expression, most)];
        }

        found.Clear();
        var part = (_connection.Number("SELECT ifnull(max(excerpt), 0) FROM excerpts") / Segments) + 1;
        for (var segment = 0; segment < Segments; segment++)
        {
            Hits(found, expression, segment * part, ((segment + 1) * part) - 1, most / Segments);
        }

        return found;
    }

    private List<long> EveryNth(string expression, int most)
    {
        var kept = new List<long>(most + 1);
        var stride = 1L;
        using var row = _connection.Query("SELECT rowid FROM excerpt_text WHERE excerpt_text MATCH @0", expression);
        for (var index = 0L; row.Read(); index++)
        {
            if (index % stride != 0)
            {
                continue;
            }

            kept.Add(row.GetInt64(0));
            if (kept.Count > most)
            {
                kept = [.. kept.Where((_, place) => place % 2 == 0)];
                stride *= 2;
            }
        }

        return kept;
    }

    private void Hits(HashSet<long> found, string expression, long first, long last, int limit)
    {
        using var row = _connection.Query("SELECT rowid FROM excerpt_text WHERE excerpt_text MATCH @0 AND rowid BETWEEN @1 AND @2 LIMIT @3", expression, first, last, limit);
        while (row.Read())
        {
            found.Add(row.GetInt64(0));
        }
    }

    private void Count(Dictionary<int, Tally> found, long excerpt, bool atPeak)
    {
        using var row = _connection.Query("SELECT latent, rank FROM examples WHERE excerpt = @0", excerpt);
        while (row.Read())
        {
            var latent = Latent(row, 0);
            if (!found.TryGetValue(latent, out var tally))
            {
                found.Add(latent, tally = new Tally());
            }

            tally.Matches++;
            tally.AtPeak += atPeak ? 1 : 0;

            // The example to show is the strongest with the text at its peak, else the strongest that holds it.
            var rank = row.GetInt64(1) + (atPeak ? 0 : Tally.Behind);
            tally.Rank = Math.Min(tally.Rank, rank);
        }
    }

    private CatalogueExample? Example(int latent, long rank)
    {
        if (rank == long.MaxValue)
        {
            return null;
        }

        using var row = _connection.Query(
            "SELECT e.latent, e.activation, e.neighbours, x.document, x.peak, x.lengths, x.text FROM examples e JOIN excerpts x ON x.excerpt = e.excerpt WHERE e.latent = @0 AND e.rank = @1",
            latent,
            rank >= Tally.Behind ? rank - Tally.Behind : rank);
        return row.Read() ? ReadExample(row) : null;
    }

    private sealed class Tally
    {
        public const long Behind = 1L << 32;

        public bool InLabel { get; init; }

        public int AtPeak { get; set; }

        public int Matches { get; set; }

        public long Rank { get; set; } = long.MaxValue;
    }
}
