using Steering.Saes;
using Steering.Vectors;

namespace Steering.Tests.Sdk.Vectors;

[TestClass]
public class DiffMeanTests
{
    [TestMethod]
    public void Compute_OfLastTokens_IsTheDifferenceOfTheirMeans()
    {
        var mean = new DiffMean(2);
        mean.AddPositive([9, 9, 5, 5, 3, 1], 3);
        mean.AddPositive([9, 9, 5, 3], 2);
        mean.AddNegative([9, 9, 1, -2], 2);
        var result = mean.Compute();
        CollectionAssert.AreEqual(new float[] { 3, 4 }, result.Direction.ToArray(), "((3, 1) + (5, 3))/2 − (1, −2)");
        Assert.AreEqual((2, 1), (result.PositiveTexts, result.NegativeTexts));
        Assert.AreEqual((3L, 3L), (result.TokenCount, result.TokensLeftOut), "position 0 of each text is left out");
        Assert.AreEqual(5, result.Norm, 1e-12);
        Assert.AreEqual(Math.Sqrt(20), result.PositiveNorm, 1e-12);
        Assert.AreEqual(Math.Sqrt(5), result.NegativeNorm, 1e-12);
        Assert.AreEqual("resid_post.2", result.ToVector("resid_post.2").Site);
    }

    [TestMethod]
    public void Compute_OfMeans_WeighsEveryTextTheSame()
    {
        var mean = new DiffMean(1, TokenReduction.Mean, TokenExclusion.None);
        mean.AddPositive([2, 4, 6], 3);
        mean.AddPositive([10], 1);
        mean.AddNegative([1, 3], 2);
        CollectionAssert.AreEqual(new float[] { 5 }, mean.Compute().Direction.ToArray(), "(4 + 10)/2 − 2");
    }

    [TestMethod]
    public void MassiveActivations_AreLeftOut_UnlessAskedFor()
    {
        var mean = new DiffMean(1);
        mean.AddPositive([1000, 1, 2, 1, 500], 5);
        mean.AddNegative([1000, 3], 2);
        Assert.AreEqual(-2f, mean.Compute().Direction.Span[0], "the last token that counts is the 1, not the 500");

        var everything = new DiffMean(1, TokenReduction.Last, TokenExclusion.None);
        everything.AddPositive([1000, 1, 2, 1, 500], 5);
        everything.AddNegative([1000], 1);
        Assert.AreEqual(-500f, everything.Compute().Direction.Span[0]);
    }

    [TestMethod]
    public void Sums_RunInDouble()
    {
        var mean = new DiffMean(1, TokenReduction.Mean, TokenExclusion.None);
        for (var i = 0; i < 1000; i++)
        {
            mean.AddPositive([16777216], 1);
            mean.AddPositive([1], 1);
        }

        mean.AddNegative([8388608], 1);
        Assert.AreEqual(0.5f, mean.Compute().Direction.Span[0], "a float sum would have lost every 1");
    }

    [TestMethod]
    public void WhatGivesNoDirection_IsRefused()
    {
        var mean = new DiffMean(2);
        Refusal.Of(() => mean.Compute(), "0 positive and 0 negative");
        Refusal.Of(() => mean.AddPositive([1, 2], 1), "positive text 0", "none that counts", "position 0");
        Refusal.Of(() => mean.AddPositive([1, 2, 3], 2), "3 numbers", "2 tokens × 2");
        Refusal.Of(() => mean.AddNegative([1, 2, float.NaN, 4], 2), "token 1", "not finite");
        Refusal.Of(() => new DiffMean(2, exclusion: new TokenExclusion(false, 0.5f)).AddPositive([1, 2], 1), "factor", "0.5");
        mean.AddPositive([1, 2, 3, 4], 2);
        mean.AddNegative([1, 2, 3, 4], 2);
        Refusal.Of(() => mean.Compute(), "the same mean residual");
    }

    [TestMethod]
    public void Kept_FollowsTheMedianOfTheTokensThatCount()
    {
        // Norms 100, 1, 2, 3, 4: the median without position 0 is 2.5, so with factor 1.4 the limit is 3.5.
        float[] residuals = [100, 1, 2, -3, 4];
        CollectionAssert.AreEqual(new[] { 1, 2, 3 }, new TokenExclusion(FirstPosition: true, 1.4f).Kept(residuals, 5, 1).ToArray());
        CollectionAssert.AreEqual(new[] { 1, 2, 3, 4 }, new TokenExclusion(FirstPosition: true, 0).Kept(residuals, 5, 1).ToArray());
        CollectionAssert.AreEqual(new[] { 1, 2, 3, 4 }, new TokenExclusion(FirstPosition: false, 10).Kept(residuals, 5, 1).ToArray(), "limit 30");
        Assert.IsEmpty(TokenExclusion.Default.Kept([], 0, 1));
    }
}
