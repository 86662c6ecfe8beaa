namespace Steering.Catalogues;

public sealed partial class FeatureCatalogue
{
    /// <summary>Excerpts that one search looks at, the best by BM25 where more hold the text.</summary>
    public const int MaximumExcerpts = 4096;

    /// <summary>
    /// Finds features by text in their labels and top examples: every word must occur, in any order; a word that ends
    /// in * stands for all that begin so. Case and accents do not matter.
    /// </summary>
    /// <param name="text">The words. Whatever they hold, none is an operator.</param>
    /// <param name="limit">Largest number of features.</param>
    /// <returns>
    /// Features whose label holds the text first; then by the number of examples whose peak token is part of the text,
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

            foreach (var (excerpt, touches) in Excerpts(query))
            {
                Count(found, excerpt, touches);
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
        using var row = _connection.Query("SELECT rowid FROM label_text WHERE label_text MATCH @0 ORDER BY rank, rowid LIMIT @1", query.Expression, limit);
        while (row.Read())
        {
            latents.Add(Latent(row, 0));
        }

        return latents;
    }

    private List<(long Excerpt, bool Touches)> Excerpts(SearchQuery query)
    {
        var excerpts = new List<(long, bool)>();
        using var row = _connection.Query(
            "SELECT x.excerpt, x.document, x.peak, x.lengths, x.text FROM (SELECT rowid AS hit FROM excerpt_text WHERE excerpt_text MATCH @0 ORDER BY rank, rowid LIMIT @1) JOIN excerpts x ON x.excerpt = hit",
            query.Expression,
            MaximumExcerpts);
        while (row.Read())
        {
            excerpts.Add((row.GetInt64(0), query.Touches(ReadExcerpt(row, 1))));
        }

        return excerpts;
    }

    private void Count(Dictionary<int, Tally> found, long excerpt, bool touches)
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
            tally.AtPeak += touches ? 1 : 0;

            // The example to show is the strongest that the text touches, else the strongest that holds it.
            var rank = row.GetInt64(1) + (touches ? 0 : Tally.Behind);
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
