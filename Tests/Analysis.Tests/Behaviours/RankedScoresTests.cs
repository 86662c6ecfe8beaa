using Steering.Analysis.Behaviours;

namespace Steering.Tests.Analysis.Behaviours;

[TestClass]
public sealed class RankedScoresTests
{
    /// <summary>Against every pair of a hit and another, counted one by one; ties are half.</summary>
    [TestMethod]
    public void Area_IsTheShareOfPairsInOrder_AlsoWhereTracesCountSeveralTimes()
    {
        var random = new Random(5);
        for (var round = 0; round < 20; round++)
        {
            double[] scores = [.. Enumerable.Range(0, 40).Select(_ => (double)random.Next(8))];
            bool[] hits = [.. scores.Select(score => random.Next(12) < score + 2)];
            int[] groups = [.. scores.Select(_ => random.Next(5))];
            int[] weights = [.. Enumerable.Range(0, 5).Select(_ => random.Next(3))];
            var ranked = new RankedScores(scores, hits, groups);
            Assert.AreEqual(ByPairs(scores, hits, groups, null), ranked.Area()!.Value, 1e-12);
            if (ranked.Area(weights) is { } weighted)
            {
                Assert.AreEqual(ByPairs(scores, hits, groups, weights), weighted, 1e-12);
            }
        }
    }

    [TestMethod]
    public void Area_WithoutAHitOrWithoutAnother_IsUnknown()
    {
        Assert.IsNull(new RankedScores([1, 2], [true, true], [0, 1]).Area());
        Assert.IsNull(new RankedScores([1, 2], [false, false], [0, 1]).Area());
    }

    [TestMethod]
    public void Bootstrap_IsTheSameAgain_AndItsPercentilesHoldTheArea()
    {
        var random = new Random(6);
        double[] scores = [.. Enumerable.Range(0, 200).Select(_ => random.NextDouble())];
        bool[] hits = [.. scores.Select(score => random.NextDouble() < score)];
        var ranked = new RankedScores(scores, hits, [.. Enumerable.Range(0, 200).Select(index => index / 10)]);
        var areas = ranked.Bootstrap(20, seed: 1, resamples: 400);
        Assert.AreSequenceEqual(areas, ranked.Bootstrap(20, seed: 1, resamples: 400));
        var interval = RankedScores.Percentiles(areas)!.Value;
        Assert.IsTrue(interval.Contains(ranked.Area()!.Value));
        Assert.IsGreaterThan(0.5, interval.Low);
        Assert.IsNull(RankedScores.Percentiles([double.NaN, double.NaN, 1]));
    }

    private static double ByPairs(double[] scores, bool[] hits, int[] groups, int[]? weights)
    {
        var (won, all) = (0.0, 0.0);
        for (var hit = 0; hit < scores.Length; hit++)
        {
            for (var other = 0; other < scores.Length; other++)
            {
                if (hits[hit] && !hits[other])
                {
                    var weight = (double)(weights?[groups[hit]] ?? 1) * (weights?[groups[other]] ?? 1);
                    all += weight;
                    won += weight * (scores[hit] > scores[other] ? 1 : scores[hit] == scores[other] ? 0.5 : 0);
                }
            }
        }

        return won / all;
    }
}
