using Steering.Analysis.Evaluation;

namespace Steering.Tests.Analysis.Evaluation;

[TestClass]
public sealed class DecoderNeighboursTests
{
    /// <summary>More latents than one block and one tile hold, against all pairs in double.</summary>
    [TestMethod]
    public void Compute_OverSeveralBlocks_FindsTheNearestOfAll()
    {
        const int Latents = 1200;
        const int Width = 19;
        var sae = TestSae.Random(Latents, Width, 5);
        var rows = Enumerable.Range(0, Latents).Select(sae.DecoderDirection).ToArray();

        var neighbours = DecoderNeighbours.Compute(sae);

        for (var latent = 0; latent < Latents; latent += 37)
        {
            var expected = Enumerable.Range(0, Latents).Where(other => other != latent)
                .Select(other => (Other: other, Cosine: Cosine(rows[latent], rows[other])))
                .OrderByDescending(pair => pair.Cosine).Take(DecoderNeighbours.PerLatent).ToArray();
            CollectionAssert.AreEqual(expected.Select(pair => pair.Other).ToArray(), neighbours.Latents(latent).ToArray());
            for (var place = 0; place < expected.Length; place++)
            {
                Assert.AreEqual(expected[place].Cosine, neighbours.Cosines(latent)[place], 1e-5);
            }
        }
    }

    [TestMethod]
    public void Compute_BetweenTwo_FindsItselfAndRefusesOtherWidths()
    {
        var (left, right) = (TestSae.Random(40, 6, 7), TestSae.Random(40, 6, 7));
        var neighbours = DecoderNeighbours.Compute(left, right);
        for (var latent = 0; latent < 40; latent++)
        {
            Assert.AreEqual(latent, neighbours.Latents(latent)[0]);
            Assert.AreEqual(1, neighbours.MaximumCosine(latent), 1e-5);
        }

        Refusal.Of(() => DecoderNeighbours.Compute(left, TestSae.Random(40, 7, 7)), "width 6", "width 7");
    }

    [TestMethod]
    public void Compute_OfTwoLatents_HasOneNeighbourEach()
    {
        var neighbours = DecoderNeighbours.Compute(TestSae.Relu([[1, 0], [0, 1]], [[3, 4], [4, 3]]));
        Assert.AreSequenceEqual(new[] { 1, -1, -1, -1, -1, -1, -1, -1 }, neighbours.Latents(0).ToArray());
        Assert.AreEqual(24.0 / 25, neighbours.MaximumCosine(0), 1e-6);
    }

    private static double Cosine(float[] left, float[] right)
    {
        var dot = left.Zip(right, (a, b) => (double)a * b).Sum();
        return dot / Math.Sqrt(left.Sum(a => (double)a * a) * right.Sum(b => (double)b * b));
    }
}
