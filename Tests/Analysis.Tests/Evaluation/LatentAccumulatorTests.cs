using Steering.Analysis.Evaluation;
using Steering.Saes.Formats;

namespace Steering.Tests.Analysis.Evaluation;

[TestClass]
public sealed class LatentAccumulatorTests
{
    public static IEnumerable<object[]> Cases => Directory.Exists(OracleFolder.Oracles)
        ? OracleFolder.Cases("oracle.safetensors", "saes").Select(folder => new object[] { Path.GetFileName(folder) })
        : [[string.Empty]];

    /// <summary>Against the reference's dense activations of every architecture, counted again.</summary>
    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void ToMetrics_OnTheReferenceActivations_CountsThem(string name)
    {
        var folder = OracleFolder.Require("saes", name);
        var sae = SaeLensFolder.Load(folder);
        using var oracle = Steering.Tensors.SafetensorsFile.Open(Path.Combine(folder, "oracle.safetensors"));
        var x = oracle.ReadFloat32("x");
        var dense = oracle.ReadFloat32("feature_acts");
        var tokens = x.Length / sae.HiddenSize;
        var accumulator = new LatentAccumulator(sae);
        accumulator.Add(sae.EncodeSparse(x.AsSpan(0, sae.HiddenSize), 1), 2);
        accumulator.Add(sae.EncodeSparse(x.AsSpan(sae.HiddenSize), tokens - 1), 1);

        var metrics = accumulator.ToMetrics(0.05);
        var latents = accumulator.ToStatistics("reference");

        // A pre-activation within rounding of its threshold may fall on the other side.
        int[] active = [.. Enumerable.Range(0, tokens).Select(token => sae.LatentCount - dense.AsSpan(token * sae.LatentCount, sae.LatentCount).Count(0f))];
        Assert.AreEqual(active.Average(), metrics.ActiveMean, 0.005 * active.Average());
        Assert.AreEqual(active.Order().ElementAt(((tokens + 1) / 2) - 1), metrics.ActiveMedian, 1);
        int[] fired = [.. Enumerable.Range(0, sae.LatentCount).Select(latent => Enumerable.Range(0, tokens).Count(token => dense[(token * sae.LatentCount) + latent] != 0))];
        Assert.AreEqual(fired.Count(count => count == 0), metrics.Dead, 2 + (sae.LatentCount * 0.005));
        Assert.AreEqual(fired.Count(count => count > 0 && count < 0.05 * tokens), metrics.Rare, 2 + (sae.LatentCount * 0.005));
        Assert.AreEqual(sae.LatentCount - metrics.Dead, metrics.Densities.Counts.Sum());
        Assert.AreEqual(3, latents.Statistics.TokensLeftOut);
        for (var latent = 0; latent < sae.LatentCount; latent += 17)
        {
            var largest = Enumerable.Range(0, tokens).Max(token => dense[(token * sae.LatentCount) + latent]);
            Assert.AreEqual(MathF.Max(largest, 0), latents.MaxActivation[latent], 2e-3f * MathF.Max(1, largest));
        }
    }

    [TestMethod]
    public void Densities_FallIntoTheBinsOfTheirLogarithm()
    {
        var histogram = DensityHistogram.Of([0, 1, 9, 10, 99, 1000], 1000);

        Assert.AreEqual(-3, histogram.FirstDecade);
        Assert.HasCount(3 * DensityHistogram.BinsPerDecade, histogram.Counts);
        Assert.AreEqual(1, histogram.Counts[0]);
        Assert.AreEqual(1, histogram.Counts[4]);
        Assert.AreEqual(1, histogram.Counts[5]);
        Assert.AreEqual(1, histogram.Counts[9]);
        Assert.AreEqual(1, histogram.Counts[14]);
        Assert.AreEqual(-2, histogram.Edge(5), 1e-12);
        Assert.AreEqual(histogram, DensityHistogram.Of([1, 9, 10, 99, 1000], 1000));
    }

    [TestMethod]
    public void ToMetrics_OfNothing_Refuses() =>
        Refusal.Of(() => new LatentAccumulator(TestSae.Random(3, 2, 1)).ToMetrics(0.1), "no token");
}
