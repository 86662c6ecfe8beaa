using Steering.Analysis.Detoxification;
using Steering.Analysis.Statistics;
using Steering.Chat.Toxicity;

namespace Steering.Tests.Analysis.Detoxification;

/// <summary>Thresholds, splits and strengths against closed forms.</summary>
[TestClass]
public sealed class DetoxThresholdTests
{
    [TestMethod]
    public void Latched_IsTheConformalRankOfTheHighestValues()
    {
        // 1..199 in any order: rank ⌈200 · 0.99⌉ = 198, so exactly one calibration prompt lies above it.
        var scores = Scores([.. Enumerable.Range(1, 199).Select(i => (float)((i * 73 % 199) + 1))]);
        Assert.AreEqual(198f, scores.Latched(0.01), 2e-4f * 198);
        Assert.AreEqual(1, scores.Calibration.Count(score => score.Prompt > scores.Latched(0.01)));
        Assert.AreEqual(180f, scores.Latched(0.1), 2e-4f * 180);
    }

    [TestMethod]
    public void Token_IsTheConformalRankOfAllTokens_NotOfTheTexts()
    {
        DetoxScore[] texts = [.. Enumerable.Range(0, 10).Select(text => new DetoxScore(0, [.. Enumerable.Range(1, 10).Select(i => (text * 10f) + i)], new bool[10]))];
        var scores = new DetoxScores(texts, texts, texts);

        // 100 tokens at 5 %: rank ⌈101 · 0.95⌉ = 96.
        Assert.AreEqual(96f, scores.Token(0.05), 2e-4f * 96);
        var rates = scores.Rates(score => score.Tokens.Select(value => value > 96));
        Assert.AreEqual(new Rate(4, 100), rates.CleanTokens);
        Assert.AreEqual(new Rate(1, 10), rates.CleanTexts, "the four tokens are of one text");
    }

    [TestMethod]
    public void ThresholdsOverFreshTexts_KeepTheirRate()
    {
        // Split conformal: over many draws of calibration and fresh texts the mean rate is at most α, and not far below.
        var random = new Random(5);
        var (alarms, all) = (0, 0);
        for (var draw = 0; draw < 200; draw++)
        {
            var level = Scores([.. Enumerable.Range(0, 99).Select(_ => random.NextSingle())]).Latched(0.05);
            alarms += Enumerable.Range(0, 100).Count(_ => random.NextSingle() > level);
            all += 100;
        }

        // 5 % of 20,000 with calibration's own deviation of 2.2 % a draw: ± 4 standard errors.
        Assert.AreEqual(0.05, (double)alarms / all, 4 * Math.Sqrt((0.022 * 0.022 / 200) + (0.05 * 0.95 / all)));
    }

    [TestMethod]
    public void AThresholdThatOpensOnEverything_IsRefusedWithItsRate() =>
        Refusal.Of(() => DetoxRates.RefuseAlarms("latched", 0, new Rate(97, 100), "texts"), "'latched'", "97.0 %", "97 of 100", "no condition at all");

    [TestMethod]
    public void TooFewTexts_AreRefusedWithHowManyAreNeeded()
    {
        Refusal.Of(() => DetoxSplit.Of(Texts(50), Texts(395), 0.01, calibrates: true, seed: 0), "395 clean texts are too few", "at least 396");
        Assert.HasCount(99, DetoxSplit.Of(Texts(50), Texts(396), 0.01, calibrates: true, seed: 0).CleanCalibration);
        Refusal.Of(() => DetoxSplit.Of(Texts(2), Texts(396), 0.01, calibrates: true, seed: 0), "2 toxic and 396 clean");
        Refusal.Of(() => DetoxSplit.Of(Texts(50), Texts(3), 0.5, calibrates: false, seed: 0), "50 toxic and 3 clean");
    }

    [TestMethod]
    public void Split_DividesEveryTextOnce_TheSameWithTheSameSeed()
    {
        var split = DetoxSplit.Of(Texts(30), Texts(40), 0.1, calibrates: true, seed: 3);
        Assert.HasCount(10, split.ToxicHeldOut);
        Assert.HasCount(20, split.ToxicFit);
        Assert.AreSequenceEqual(Texts(40).Select(text => text.Text).Order(StringComparer.Ordinal).ToArray(), split.CleanFit.Concat(split.CleanCalibration).Concat(split.CleanHeldOut).Select(text => text.Text).Order(StringComparer.Ordinal).ToArray());
        Assert.AreSequenceEqual(split.CleanFit.ToArray(), DetoxSplit.Of(Texts(30), Texts(40), 0.1, calibrates: true, seed: 3).CleanFit.ToArray());
        Assert.AreNotSequenceEqual(split.CleanFit.ToArray(), DetoxSplit.Of(Texts(30), Texts(40), 0.1, calibrates: true, seed: 4).CleanFit.ToArray());
    }

    [TestMethod]
    [DataRow(0.05, 2.0)]
    [DataRow(0.3, 0.01)]
    [DataRow(0.05, 40.0)]
    public void Budget_IsUsedAndNotExceeded(double budget, double curvature)
    {
        // cost = c·s² + c·s³/10: within the budget, and a quarter more strength is outside it.
        double Cost(float strength) => (curvature * strength * strength) + (curvature * strength * strength * strength / 10);
        var (found, cost) = StrengthBudget.Largest(Cost, budget, largest: 16);
        Assert.AreEqual(Cost(found), cost);
        Assert.IsLessThanOrEqualTo(budget, cost);
        Assert.IsGreaterThan(budget, Cost(found * 1.25f));
    }

    [TestMethod]
    public void Budget_WhereNothingCosts_IsTheLargest_AndWhereEverythingDoesNothing()
    {
        Assert.AreEqual((16f, 0.0), StrengthBudget.Largest(_ => 0, 0.05, largest: 16));
        Assert.AreEqual((0f, 0.0), StrengthBudget.Largest(_ => 1, 0.05, largest: 16));
    }

    private static DetoxScores Scores(float[] prompts)
    {
        DetoxScore[] scores = [.. prompts.Select(value => new DetoxScore(value, [value], [true]))];
        return new DetoxScores(scores, scores, scores);
    }

    private static ToxicityExample[] Texts(int count) => [.. Enumerable.Range(0, count).Select(i => new ToxicityExample($"text {i}"))];
}
