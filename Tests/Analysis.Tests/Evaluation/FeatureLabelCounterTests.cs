using Steering.Analysis.Evaluation;
using Steering.Saes;

namespace Steering.Tests.Analysis.Evaluation;

/// <summary>Two latents that read the two inputs, so that activations are the inputs themselves.</summary>
[TestClass]
public sealed class FeatureLabelCounterTests
{
    private static readonly SparseAutoencoder Sae = TestSae.Relu([[1, 0], [0, 1]], [[1, 0], [0, 1]])
        .WithStatistics(new SaeStatistics { MaxActivation = new float[] { 10, 4 }, TokenCount = 100 });

    // Position 0 is left out; then latent 0 fires at 10, 0.5, 6, 0 and latent 1 at 0, 4, 0, 4.
    private static readonly float[] Inputs = [9, 9, 10, 0, 0.5f, 4, 6, 0, 0, 4];
    private static readonly string[][] Labels = [["start"], ["rude", "word"], ["word"], ["rude"], ["word"]];

    [TestMethod]
    public void Best_IsTheLabelAndThresholdWithTheLargestF1()
    {
        var counter = Count();
        Assert.AreEqual(4, counter.Tokens);

        // Above a tenth of 10 latent 0 fires on tokens 1 and 3, which are the rude ones.
        Assert.AreEqual(new FeatureLabel(0, "rude", 0.1f, Fired: 2, Labelled: 2, Both: 2), counter.Best(0, least: 1));
        Assert.AreEqual(new FeatureLabel(1, "word", 0, Fired: 2, Labelled: 3, Both: 2), counter.Best(1, least: 1));
        Assert.IsNull(counter.Best(1, least: 3));
    }

    [TestMethod]
    public void Measure_CountsWhatItSays()
    {
        var found = Count().Measure(0, "rude", 0);
        Assert.AreEqual(2.0 / 3, found.Precision, 1e-12);
        Assert.AreEqual(1.0, found.Recall, 1e-12);
        Assert.AreEqual(0.8, found.F1, 1e-12);
        Assert.AreEqual(new FeatureLabel(0, "rude", 0.5f, 2, 2, 2), Count().Measure(0, "rude", 0.5f));
        var never = Count().Measure(0, "never", 0);
        Assert.AreEqual((0.0, 0.0, 0.0), (never.Precision, never.Recall, never.F1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Count().Measure(0, "rude", 0.3f));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Count().Measure(2, "rude", 0));
    }

    [TestMethod]
    public void WithoutStatisticsOrWithOtherTokens_IsRefused()
    {
        Refusal.Of(() => _ = new FeatureLabelCounter(TestSae.Relu([[1, 0]], [[1, 0]])), "no statistics");
        Refusal.Of(() => new FeatureLabelCounter(Sae).Add(Sae.EncodeSparse(Inputs, 5), Labels[..4]), "5 tokens", "labels of 4");
    }

    private static FeatureLabelCounter Count()
    {
        var counter = new FeatureLabelCounter(Sae);
        counter.Add(Sae.EncodeSparse(Inputs, 5), Labels);
        return counter;
    }
}
