using Steering.Analysis.Statistics;

namespace Steering.Analysis.Behaviours;

/// <summary>Scores of steps that have a behaviour or not: the area under the ROC curve, and its bootstrap over whole traces, whose steps are not independent.</summary>
internal sealed class RankedScores
{
    private readonly int[] _order;
    private readonly double[] _scores;
    private readonly bool[] _hits;
    private readonly int[] _groups;

    /// <param name="scores">[n] scores, larger for more of the behaviour.</param>
    /// <param name="hits">[n] whether the step has it.</param>
    /// <param name="groups">[n] trace of each, from 0.</param>
    public RankedScores(IReadOnlyList<double> scores, IReadOnlyList<bool> hits, IReadOnlyList<int> groups)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(hits);
        ArgumentNullException.ThrowIfNull(groups);
        if (scores.Count != hits.Count || scores.Count != groups.Count)
        {
            throw new ArgumentException($"{scores.Count} scores, {hits.Count} hits and {groups.Count} groups; there must be as many of each.", nameof(scores));
        }

        (_scores, _hits, _groups) = ([.. scores], [.. hits], [.. groups]);
        _order = RocArea.Order(_scores);
    }

    /// <summary>P(score of a hit &gt; score of another) + half the ties; null without a hit or without another.</summary>
    public double? Area() => Area(null);

    /// <summary>The area with each trace counted some number of times.</summary>
    /// <param name="weights">[groups] how often, or null for once.</param>
    public double? Area(int[]? weights) =>
        RocArea.Of(_scores, _order, index => _hits[index], index => weights?[_groups[index]] ?? 1);

    /// <summary>Percentile bootstrap over traces; the same seed resamples the same traces, so that two scores can be compared.</summary>
    /// <param name="groups">Number of traces.</param>
    /// <param name="seed">Of the resampling.</param>
    /// <param name="resamples">How many.</param>
    /// <returns>[resamples] areas; not a number where a resample lacks hits or others.</returns>
    public double[] Bootstrap(int groups, long seed, int resamples)
    {
        var random = new SeededRandom(seed, stream: 5);
        var areas = new double[resamples];
        for (var resample = 0; resample < resamples; resample++)
        {
            var weights = new int[groups];
            for (var draw = 0; draw < groups; draw++)
            {
                weights[random.Below(groups)]++;
            }

            areas[resample] = Area(weights) ?? double.NaN;
        }

        return areas;
    }

    /// <summary>The interval that holds 95 % of resampled numbers; those that are no number are left out.</summary>
    /// <param name="resampled">The numbers.</param>
    /// <returns>Null where fewer than half are numbers.</returns>
    public static Interval? Percentiles(IEnumerable<double> resampled)
    {
        double[] all = [.. resampled];
        double[] sorted = [.. all.Where(double.IsFinite).Order()];
        return sorted.Length == 0 || 2 * sorted.Length < all.Length
            ? null
            : new Interval(sorted[(int)(0.025 * (sorted.Length - 1))], sorted[(int)Math.Ceiling(0.975 * (sorted.Length - 1))]);
    }
}

/// <summary>One way to detect a behaviour.</summary>
/// <param name="Method">Which, as in <c>DiffMean</c>.</param>
/// <param name="Area">Area under the ROC curve; for a control the mean over its draws. Null where held-out steps lack the behaviour or all have it, or the way does not exist.</param>
/// <param name="Interval">95 % bootstrap over traces; for a control the range of its draws.</param>
/// <param name="Lead">95 % bootstrap of its area less that of the behaviour vector; null for that itself and for controls.</param>
public sealed record DetectionScore(string Method, double? Area, Interval? Interval, Interval? Lead = null);
