using System.Globalization;

namespace Steering.Concepts;

/// <summary>Refuses statistics that cannot have been measured; files come from outside.</summary>
internal static class ConceptStatisticsCheck
{
    /// <summary>Most concepts of one file.</summary>
    public const int MaximumConcepts = 1024;

    private const int LongestName = 200;

    public static void Check(ConceptStatistics statistics, float[] largest, long[] active, double[] mean, double[] deviation, double[] auroc)
    {
        CheckConcepts(statistics.Concepts);
        var pairs = (long)largest.Length * statistics.ConceptCount;
        if (!(largest.Length > 0 && pairs <= Array.MaxLength))
        {
            throw Refusal($"{largest.Length} latents under {statistics.ConceptCount} concepts are not possible");
        }

        foreach (var (name, length) in new[] { ("active", active.LongLength), ("active_mean", mean.LongLength), ("active_deviation", deviation.LongLength), ("auroc", auroc.LongLength) })
        {
            if (!(length == pairs))
            {
                throw Refusal($"'{name}' holds {length} numbers for {largest.Length} latents under {statistics.ConceptCount} concepts, expected {pairs}");
            }
        }

        for (var latent = 0; latent < largest.Length; latent++)
        {
            if (!(float.IsFinite(largest[latent]) && largest[latent] >= 0))
            {
                throw Refusal($"the largest activation of latent {latent} is {largest[latent]}, expected a finite number of at least 0");
            }
        }

        for (var pair = 0; pair < active.Length; pair++)
        {
            var (latent, concept) = (pair / statistics.ConceptCount, pair % statistics.ConceptCount);
            var observations = statistics.Concepts[concept].Observations;
            if (!(active[pair] >= 0 && active[pair] <= observations))
            {
                throw Refusal($"latent {latent} is said to be active on {active[pair]} of {observations} observations of '{statistics.Concepts[concept].Name}'");
            }

            if (!(double.IsFinite(mean[pair]) && mean[pair] >= 0 && mean[pair] <= largest[latent] * 1.000001))
            {
                throw Refusal($"the active mean of latent {latent} is {mean[pair]}, outside 0 to its largest activation {largest[latent]}");
            }

            if (!(double.IsFinite(deviation[pair]) && deviation[pair] >= 0 && deviation[pair] <= largest[latent]))
            {
                throw Refusal($"the active deviation of latent {latent} is {deviation[pair]}, outside 0 to its largest activation {largest[latent]}");
            }

            if (!(auroc[pair] is >= 0 and <= 1))
            {
                throw Refusal($"the ROC-AUC of latent {latent} is {auroc[pair]}, outside 0 to 1");
            }
        }

        CheckHistogram(statistics.Histogram, active);
    }

    private static void CheckConcepts(IReadOnlyList<Concept> concepts)
    {
        if (!(concepts.Count is >= 2 and <= MaximumConcepts))
        {
            throw Refusal($"{concepts.Count} concepts were given, expected 2 to {MaximumConcepts}");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var concept in concepts)
        {
            if (!(!string.IsNullOrWhiteSpace(concept.Name) && concept.Name.Length <= LongestName && !concept.Name.Any(char.IsControl)))
            {
                throw Refusal($"a concept's name is empty, longer than {LongestName} characters or holds control characters");
            }

            if (!(names.Add(concept.Name)))
            {
                throw Refusal($"two concepts are named '{concept.Name}'");
            }

            if (!(concept.Observations > 0))
            {
                throw Refusal($"the concept '{concept.Name}' has {concept.Observations} observations, expected at least 1");
            }
        }
    }

    private static void CheckHistogram(ConceptHistogram histogram, long[] active)
    {
        var offsets = histogram.Offsets.Span;
        var entries = histogram.Bins.Length;
        if (!(offsets.Length == active.Length + 1 && histogram.Counts.Length == entries && offsets[0] == 0 && offsets[^1] == entries))
        {
            throw Refusal($"the histogram's offsets do not cover its entries");
        }

        for (var pair = 0; pair < active.Length; pair++)
        {
            if (!(offsets[pair] <= offsets[pair + 1] && offsets[pair + 1] <= entries))
            {
                throw Refusal($"the histogram's offsets do not ascend at pair {pair}");
            }

            var bins = histogram.BinsOf(pair);
            var counts = histogram.CountsOf(pair);
            var sum = 0L;
            for (var entry = 0; entry < bins.Length; entry++)
            {
                if (!(counts[entry] > 0 && (entry == 0 || bins[entry] > bins[entry - 1])))
                {
                    throw Refusal($"the bins of pair {pair} do not ascend, or one is empty");
                }

                sum += counts[entry];
            }

            if (!(sum == active[pair]))
            {
                throw Refusal($"the histogram of pair {pair} holds {sum} observations, but {active[pair]} are active");
            }
        }
    }

    private static SteeringException Refusal(FormattableString problem) =>
        new($"These are no concept statistics: {problem.ToString(CultureInfo.InvariantCulture)}. Fit the concepts again with 'steer concept fit'.");
}
