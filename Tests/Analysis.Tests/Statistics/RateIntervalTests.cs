using Steering.Analysis.Statistics;

namespace Steering.Tests.Analysis.Statistics;

/// <summary>Against the tables of Newcombe (1998), Statistics in Medicine 17: 857–872 (one rate) and 873–890 (differences).</summary>
[TestClass]
public sealed class RateIntervalTests
{
    private const double FourDigits = 0.00005;

    [TestMethod]
    [DataRow(81, 263, 0.2553, 0.3662)]
    [DataRow(15, 148, 0.0624, 0.1605)]
    [DataRow(0, 20, 0.0000, 0.1611)]
    [DataRow(1, 29, 0.0061, 0.1718)]
    public void Wilson_IsThePublishedInterval(int hits, int total, double low, double high)
    {
        var interval = new Rate(hits, total).Interval();
        Assert.AreEqual(low, interval.Low, FourDigits);
        Assert.AreEqual(high, interval.High, FourDigits);
    }

    [TestMethod]
    [DataRow(56, 70, 48, 80, 0.0524, 0.3339)]
    [DataRow(9, 10, 3, 10, 0.1705, 0.8090)]
    [DataRow(6, 7, 2, 7, 0.0582, 0.8062)]
    [DataRow(5, 56, 0, 29, -0.0381, 0.1926)]
    [DataRow(0, 10, 0, 20, -0.1611, 0.2775)]
    [DataRow(0, 10, 0, 10, -0.2775, 0.2775)]
    [DataRow(10, 10, 0, 20, 0.6791, 1.0000)]
    [DataRow(10, 10, 0, 10, 0.6075, 1.0000)]
    public void Difference_IsThePublishedInterval(int firstHits, int firstTotal, int secondHits, int secondTotal, double low, double high)
    {
        var interval = RateIntervals.Difference(new Rate(firstHits, firstTotal), new Rate(secondHits, secondTotal));
        Assert.AreEqual(low, interval.Low, FourDigits);
        Assert.AreEqual(high, interval.High, FourDigits);
    }

    /// <summary>The limits of the score interval are the p that the score test just accepts: (p̂ − p)² = z²·p(1 − p)/n.</summary>
    [TestMethod]
    [DataRow(0.5, 0.6744897501960817)]
    [DataRow(0.8, 1.2815515655446008)]
    [DataRow(0.95, 1.9599639845400536)]
    [DataRow(0.99, 2.5758293035489)]
    [DataRow(0.9999, 3.89059188641312)]
    public void Wilson_SolvesTheScoreEquation_AtEveryLevel(double confidence, double z)
    {
        foreach (var hits in (int[])[1, 17, 100, 199])
        {
            var rate = new Rate(hits, 200);
            var interval = rate.Interval(confidence);
            Assert.IsTrue(interval.Low < rate.Value && rate.Value < interval.High);
            foreach (var limit in (double[])[interval.Low, interval.High])
            {
                Assert.AreEqual(z * z * limit * (1 - limit) / 200, Math.Pow(rate.Value - limit, 2), 1e-12);
            }
        }
    }

    [TestMethod]
    public void Ends_AreExact_AndWithoutTrialsNothingIsKnown()
    {
        Assert.AreEqual(0.0, new Rate(0, 7).Interval().Low);
        Assert.AreEqual(1.0, new Rate(7, 7).Interval().High);
        Assert.AreEqual(new Interval(0, 1), new Rate(0, 0).Interval());
        Assert.AreEqual(new Interval(-1, 1), RateIntervals.Difference(new Rate(0, 0), new Rate(3, 5)));
        Assert.IsTrue(new Interval(0, 1).Contains(1));
        Assert.IsFalse(new Interval(0, 1).Contains(1.01));
    }

    [TestMethod]
    public void Of_CountsHits() => Assert.AreEqual(new Rate(2, 5), Rate.Of([1, 2, 3, 4, 5], value => value % 2 == 0));

    [TestMethod]
    public void WrongNumbers_AreRefused()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new Rate(3, 2));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new Rate(-1, 2));
        foreach (var confidence in (double[])[95, 0, 1, double.NaN])
        {
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new Rate(1, 2).Interval(confidence));
        }
    }
}
