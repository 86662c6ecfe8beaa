using Steering.Analysis.Statistics;

namespace Steering.Tests.Analysis.Statistics;

[TestClass]
public sealed class PairedBootstrapTests
{
    private static readonly double[] First = [1, 0, 0, 1, 1, 1];
    private static readonly double[] Second = [0, 1, 0, 0, 0, 1];

    /// <summary>Six pairs have 6⁶ resamples: all of them counted, instead of some drawn.</summary>
    [TestMethod]
    [DataRow(0.95)]
    [DataRow(0.9)]
    [DataRow(0.7)]
    public void Interval_IsThatOfAllResamples(double confidence)
    {
        var means = new List<double>();
        for (var resample = 0; resample < 46_656; resample++)
        {
            var sum = 0.0;
            for (var (draw, rest) = (0, resample); draw < 6; draw++, rest /= 6)
            {
                sum += First[rest % 6] - Second[rest % 6];
            }

            means.Add(sum / 6);
        }

        means.Sort();
        var interval = PairedBootstrap.MeanDifference(First, Second, seed: 5, confidence, resamples: 40_000);

        // No step of the distribution lies within 0.007 of these shares, which is more than six standard errors of a drawn share.
        Assert.AreEqual(means[(int)((1 - confidence) / 2 * means.Count)], interval.Low, 1e-12);
        Assert.AreEqual(means[(int)((1 + confidence) / 2 * means.Count)], interval.High, 1e-12);
    }

    [TestMethod]
    public void Seed_DecidesTheResamples()
    {
        var random = new Random(1);
        double[] first = [.. Enumerable.Range(0, 50).Select(_ => random.NextDouble())];
        double[] second = [.. Enumerable.Range(0, 50).Select(_ => random.NextDouble())];
        var interval = PairedBootstrap.MeanDifference(first, second, seed: 1);
        Assert.AreEqual(interval, PairedBootstrap.MeanDifference(first, second, seed: 1));
        Assert.AreNotEqual(interval, PairedBootstrap.MeanDifference(first, second, seed: 2));
        var opposite = PairedBootstrap.MeanDifference(second, first, seed: 1);
        Assert.AreEqual(-interval.High, opposite.Low, 0.01);
    }

    /// <summary>What is common to a pair cancels out: a shift by a constant has no spread.</summary>
    [TestMethod]
    public void Shift_HasNoSpread()
    {
        double[] second = [3, 8, -4, 0.5];
        Assert.AreEqual(new Interval(2, 2), PairedBootstrap.MeanDifference([.. second.Select(value => value + 2)], second, seed: 9));
    }

    /// <summary>For many pairs the interval comes to mean ± 1.96·deviation/√n; the tolerance is three standard errors of a drawn quantile.</summary>
    [TestMethod]
    public void ManyPairs_GiveTheNormalInterval()
    {
        const int Pairs = 2000;
        double[] first = [.. Enumerable.Range(0, Pairs).Select(pair => pair % 3 == 0 ? 1.0 : 0)];
        var interval = PairedBootstrap.MeanDifference(first, new double[Pairs], seed: 3);
        var p = first.Average();
        var deviation = Math.Sqrt(p * (1 - p) / Pairs);
        Assert.AreEqual(p - (1.95996 * deviation), interval.Low, 0.1 * deviation);
        Assert.AreEqual(p + (1.95996 * deviation), interval.High, 0.1 * deviation);
    }

    [TestMethod]
    public void UnequalEmptyOrInfinite_IsRefused()
    {
        Refusal.Of(() => PairedBootstrap.MeanDifference([1, 2], [1], seed: 0), "2 and 1");
        Refusal.Of(() => PairedBootstrap.MeanDifference([], [], seed: 0), "at least one pair");
        Refusal.Of(() => PairedBootstrap.MeanDifference([1, double.NaN], [1, 1], seed: 0), "Pair 1");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PairedBootstrap.MeanDifference([1], [1], seed: 0, resamples: 5));
    }
}
