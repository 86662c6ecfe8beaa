using Steering.Chat.Toxicity;

namespace Steering.Tests.Sdk.Chat.Toxicity;

[TestClass]
public sealed class CleanThresholdTests
{
    /// <summary>The rank by hand: ⌈(n + 1)(1 − α)⌉ of the scores 1 … n.</summary>
    [TestMethod]
    [DataRow(99, 0.01, 99)]
    [DataRow(99, 0.05, 95)]
    [DataRow(100, 0.01, 100)]
    [DataRow(1000, 0.01, 991)]
    [DataRow(9, 0.5, 5)]
    [DataRow(1, 0.5, 1)]
    public void At_TakesTheConservativeRank(int count, double rate, int expected) =>
        Assert.AreEqual(expected, CleanThreshold.At([.. Enumerable.Range(1, count).Reverse().Select(value => (float)value)], rate));

    [TestMethod]
    [DataRow(98, 0.01, "99")]
    [DataRow(0, 0.5, "1")]
    [DataRow(3, 0.1, "9")]
    public void TooFewTexts_AreRefused_WithTheNumberNeeded(int count, double rate, string needed) =>
        Refusal.Of(() => CleanThreshold.At(new float[count], rate), "too few", $"at least {needed},");

    [TestMethod]
    public void NonsenseIsRefused()
    {
        Refusal.Of(() => CleanThreshold.At([1, 2, 3], 0), "0", "above 0 and below 1");
        Refusal.Of(() => CleanThreshold.At([1, 2, 3], double.NaN), "above 0 and below 1");
        Refusal.Of(() => CleanThreshold.At([1, float.NaN, 3], 0.5), "not a finite number");
    }

    /// <summary>
    /// The promise itself: the share of further scores above the level, averaged over samples, is at most the rate. With
    /// 4,000 samples of a heavy-tailed distribution its standard error is 0.0007; four of them are allowed.
    /// </summary>
    [TestMethod]
    public void FurtherScores_ExceedItAtMostAtTheRate()
    {
        const double Rate = 0.05;
        var random = new Random(5);
        var exceeded = 0;
        for (var sample = 0; sample < 4000; sample++)
        {
            var level = CleanThreshold.At([.. Enumerable.Range(0, 30).Select(_ => Draw())], Rate);
            for (var further = 0; further < 20; further++)
            {
                exceeded += Draw() > level ? 1 : 0;
            }
        }

        Assert.IsLessThanOrEqualTo(Rate + 0.003, exceeded / 80_000.0);

        float Draw() => (float)Math.Tan(Math.PI * (random.NextDouble() - 0.5));
    }
}
