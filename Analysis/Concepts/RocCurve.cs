namespace Steering.Analysis.Concepts;

/// <summary>ROC-AUC of a latent's activation as a score for each concept against the others, zeros counted as ties.</summary>
internal static class RocCurve
{
    /// <summary>Areas for all concepts of one latent.</summary>
    /// <param name="concepts">[C] active values of each concept; null without any.</param>
    /// <param name="observations">[C] observations of each.</param>
    /// <param name="areas">[C] receives P(score of one of the concept &gt; score of another) + half the ties.</param>
    public static void Areas(ReadOnlySpan<ActiveValues?> concepts, ReadOnlySpan<long> observations, Span<double> areas)
    {
        var points = new List<(double Value, int Concept, int Count)>();
        var all = 0L;
        var zeros = 0L;
        for (var concept = 0; concept < concepts.Length; concept++)
        {
            all += observations[concept];
            zeros += observations[concept] - (concepts[concept]?.Count ?? 0);
            if (concepts[concept] is { } values)
            {
                foreach (var (value, count) in values.Points())
                {
                    points.Add((value, concept, count));
                }
            }
        }

        points.Sort((left, right) => left.Value.CompareTo(right.Value));

        // Mann–Whitney: twice the sum over the concept's observations of those below, ties counted once.
        var doubled = new double[concepts.Length];
        var tied = new long[concepts.Length];
        for (var concept = 0; concept < concepts.Length; concept++)
        {
            var own = observations[concept] - (concepts[concept]?.Count ?? 0);
            doubled[concept] = (double)own * zeros;
        }

        var below = zeros;
        for (var start = 0; start < points.Count;)
        {
            var (end, together) = (start, 0L);
            Array.Clear(tied);
            for (; end < points.Count && points[end].Value == points[start].Value; end++)
            {
                tied[points[end].Concept] += points[end].Count;
                together += points[end].Count;
            }

            for (var concept = 0; concept < tied.Length; concept++)
            {
                doubled[concept] += (double)tied[concept] * ((2 * below) + together);
            }

            below += together;
            start = end;
        }

        for (var concept = 0; concept < concepts.Length; concept++)
        {
            // Against everything, the concept's own pairs included, which amount to half of n².
            var (own, others) = ((double)observations[concept], (double)(all - observations[concept]));
            areas[concept] = others == 0 ? 0.5 : Math.Clamp(((doubled[concept] / 2) - (own * own / 2)) / (own * others), 0, 1);
        }
    }
}
