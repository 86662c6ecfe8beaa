using Steering.Analysis.Selection;

namespace Steering.Tests.Analysis.Selection;

[TestClass]
public sealed class NextTokensTests
{
    private static readonly float[] Logits = [.. ((double[])[0.5, 0.25, 0.125, 0.0625, 0.0625]).Select(share => (float)(Math.Log(share) + 3))];
    private static readonly float[] Even = [1, 1, 1, 1, 1];

    [TestMethod]
    public void OutputScore_IsRankTimesProbability()
    {
        Assert.AreEqual(0.5, NextTokens.OutputScore(Logits, [3, 0]), 1e-6);
        Assert.AreEqual((1 - (1.0 / 5)) * 0.25, NextTokens.OutputScore(Logits, [4, 1]), 1e-6);
        Assert.AreEqual((1 - (3.0 / 5)) * 0.0625, NextTokens.OutputScore(Logits, [4]), 1e-6);
    }

    [TestMethod]
    public void Confidence_IsTheMeanSurpriseOfTheLikeliest()
    {
        Assert.AreEqual(-(Math.Log(0.5) + Math.Log(0.25)) / 2, NextTokens.Confidence(Logits, 2), 1e-6);
        Assert.AreEqual(Math.Log(5), NextTokens.Confidence(Even), 1e-6);
    }

    [TestMethod]
    public void Divergence_IsZeroOfTheSameAndClosedFormOfOthers()
    {
        Assert.AreEqual(0, NextTokens.Divergence(Logits, Logits), 1e-9);
        var entropy = -((0.5 * Math.Log(0.5)) + (0.25 * Math.Log(0.25)) + (0.125 * Math.Log(0.125)) + (0.125 * Math.Log(0.0625)));
        Assert.AreEqual(Math.Log(5) - entropy, NextTokens.Divergence(Logits, Even), 1e-6);
    }

    [TestMethod]
    public void Mean_IsTheExpectation() => Assert.AreEqual((0.5 * 2) - (0.25 * 4), NextTokens.Mean(Logits, [2, -4, 0, 0, 0]), 1e-6);

    [TestMethod]
    public void Largest_AreInOrder_TiesById() => Assert.AreSequenceEqual(new[] { 0, 1, 2, 3 }, NextTokens.Largest(Logits, 4));

    [TestMethod]
    public void Lexicon_IsNaiveBayesOfEquallyLongTexts()
    {
        var lexicon = new ConceptLexicon(5);
        lexicon.Add([0, 0, 0, 1], own: true);
        lexicon.Add([1, 1, 2, 2, 2, 2, 2, 2], own: false);
        var evidence = lexicon.Evidence();

        // The other texts are twice as long, so their counts weigh half.
        Assert.AreEqual(Math.Log(3.5 / 0.5), evidence[0], 1e-6);
        Assert.AreEqual(Math.Log(1.5 / 1.5), evidence[1], 1e-6);
        Assert.AreEqual(Math.Log(0.5 / 3.5), evidence[2], 1e-6);
        Assert.AreEqual(0, evidence[3]);
        Refusal.Of(() => new ConceptLexicon(5).Evidence(), "with the concept", "no token");
    }
}
