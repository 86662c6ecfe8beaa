using Steering.Analysis.Evaluation;
using Steering.Saes;

namespace Steering.Tests.Analysis.Evaluation;

[TestClass]
public sealed class AbsorptionTests
{
    /// <summary>
    /// Latent 0 is general (first axis); latent 1 is specific, points along the first axis too, and silences 0 where it
    /// fires. Latent 2 points as 1 does but fires together with 0.
    /// </summary>
    [TestMethod]
    public void Pairs_FindTheSpecificLatentThatSilencesTheGeneralOne()
    {
        // Inputs carry the activations themselves; the decoder decides about directions alone.
        var sae = TestSae.Relu(
            [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]],
            [[1, 0, 0, 0], [0.6f, 0.8f, 0, 0], [0.6f, 0, 0.8f, 0]]);
        var rows = new List<float>();
        for (var token = 0; token < 100; token++)
        {
            rows.AddRange(token switch
            {
                < 20 => [0, 2, 0, 1],
                < 40 => [1, 0, 2, 1],
                < 80 => [1, 0, 0, 1],
                _ => [0, 0, 0, 1],
            });
        }

        var pairs = Pairs(sae, [.. rows]);

        var pair = Assert.ContainsSingle(pairs);
        Assert.AreEqual((1, 0), (pair.Absorber, pair.Absorbed));
        Assert.AreEqual(0.6, pair.Cosine, 1e-6);
        Assert.AreEqual(0, pair.Lift);
        Assert.AreEqual(2 * 0.6 / 1, pair.Share, 1e-6);
    }

    /// <summary>Four tokens expected with both say nothing; a small write along the direction absorbs nothing.</summary>
    [TestMethod]
    [DataRow(6, 2f)]
    [DataRow(20, 0.5f)]
    public void Pairs_WithoutEnoughEvidence_AreNone(int specific, float strength)
    {
        var sae = TestSae.Relu([[1, 0, 0], [0, 1, 0]], [[1, 0, 0], [0.6f, 0.8f, 0]]);
        var rows = new List<float>();
        for (var token = 0; token < 100; token++)
        {
            rows.AddRange(token < specific ? [0, strength, 1] : token < specific + 60 ? [1, 0, 1] : [0, 0, 1]);
        }

        Assert.IsEmpty(Pairs(sae, [.. rows]));
    }

    private static List<AbsorptionPair> Pairs(SparseAutoencoder sae, float[] rows)
    {
        var counter = new AbsorptionCounter(sae, DecoderNeighbours.Compute(sae));
        var latents = new LatentAccumulator(sae);
        var activations = sae.EncodeSparse(rows, rows.Length / sae.HiddenSize);
        counter.Add(activations);
        latents.Add(activations, 0);
        return counter.Pairs(latents.ToStatistics(null));
    }
}
