namespace Steering.Analysis.Statistics;

/// <summary>
/// The area under the ROC curve as Mann and Whitney count it: the share of pairs of a hit and another in which the hit scores
/// higher, ties counted half.
/// </summary>
public static class RocArea
{
    /// <summary>Of scores that should be high and scores that should be low.</summary>
    /// <param name="positive">Scores of what should score high, at least one.</param>
    /// <param name="negative">Scores of what should score low, at least one.</param>
    /// <returns>0 to 1; 0.5 where the scores say nothing.</returns>
    public static double Of(IReadOnlyList<double> positive, IReadOnlyList<double> negative)
    {
        ArgumentNullException.ThrowIfNull(positive);
        ArgumentNullException.ThrowIfNull(negative);
        ArgumentOutOfRangeException.ThrowIfZero(positive.Count);
        ArgumentOutOfRangeException.ThrowIfZero(negative.Count);
        double[] scores = [.. positive, .. negative];
        var order = Order(scores);
        return Of(scores, order, index => index < positive.Count, _ => 1)!.Value;
    }

    /// <summary>Indices of scores, the smallest score first.</summary>
    internal static int[] Order(double[] scores)
    {
        int[] order = [.. Enumerable.Range(0, scores.Length)];
        Array.Sort((double[])scores.Clone(), order);
        return order;
    }

    /// <summary>Of scores in order, each counted some number of times.</summary>
    /// <param name="scores">[n] scores.</param>
    /// <param name="order">[n] <see cref="Order"/> of them.</param>
    /// <param name="isHit">Whether a score should be high.</param>
    /// <param name="weight">How often it counts.</param>
    /// <returns>Null without a hit or without another.</returns>
    internal static double? Of(double[] scores, int[] order, Func<int, bool> isHit, Func<int, long> weight)
    {
        var (hits, others, doubled) = (0L, 0L, 0.0);
        for (var start = 0; start < order.Length;)
        {
            var (end, tiedHits, tiedOthers) = (start, 0L, 0L);
            for (; end < order.Length && scores[order[end]].Equals(scores[order[start]]); end++)
            {
                var count = weight(order[end]);
                (tiedHits, tiedOthers) = isHit(order[end]) ? (tiedHits + count, tiedOthers) : (tiedHits, tiedOthers + count);
            }

            doubled += tiedHits * (double)((2 * others) + tiedOthers);
            (hits, others, start) = (hits + tiedHits, others + tiedOthers, end);
        }

        return hits == 0 || others == 0 ? null : doubled / (2.0 * hits * others);
    }
}
