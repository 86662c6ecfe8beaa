using Steering.Saes;

namespace Steering.Tests.Sdk.Catalogues;

[TestClass]
public sealed class StandOutTests
{
    /// <summary>Activation · ln(tokens / fired), each feature once, where it is largest among the tokens that count.</summary>
    [TestMethod]
    public void StandOut_RanksByActivationTimesRarity()
    {
        using var folder = new TemporaryFolder();
        using var catalogue = FeatureCatalogueTests.Write(folder);
        float[] x = [9, 9, 9, 9, 9, 9, 2, 1, 0, 0, 0, 1, 1, 3, 0.5f, 0, 0, 0];

        var found = catalogue.StandOut(Identity(6).EncodeSparse(x, 3), [1, 2], 10);

        (int Latent, int Token, float Activation, double Score)[] expected =
        [
            (1, 2, 3, 3 * Math.Log(100 / 10.0)),
            (5, 1, 1, Math.Log(100)),
            (0, 1, 2, 2 * Math.Log(100 / 40.0)),
            (2, 2, 0.5f, 0.5 * Math.Log(100 / 3.0)),
        ];
        Assert.HasCount(expected.Length, found);
        foreach (var (left, right) in expected.Zip(found))
        {
            Assert.AreEqual((left.Latent, left.Token, left.Activation), (right.Feature.Latent, right.Token, right.Activation));
            Assert.AreEqual(left.Score, right.Score, 1e-9);
        }

        Assert.HasCount(2, catalogue.StandOut(Identity(6).EncodeSparse(x, 3), [1, 2], 2));
        Assert.IsEmpty(catalogue.StandOut(Identity(6).EncodeSparse(x, 3), [], 2));
        Refusal.Of(() => catalogue.StandOut(Identity(5).EncodeSparse(x.AsSpan(0, 15), 3), [0], 2), "6 features", "of 5");
    }

    private static SparseAutoencoder Identity(int size)
    {
        float[] identity = [.. Enumerable.Range(0, size * size).Select(index => index % (size + 1) == 0 ? 1f : 0f)];
        return SparseAutoencoder.Create(new SaeParameters
        {
            Source = "test",
            Architecture = SaeArchitecture.Standard,
            HiddenSize = size,
            LatentCount = size,
            Encoder = identity,
            Decoder = identity,
            EncoderBias = new float[size],
            DecoderBias = new float[size],
        });
    }
}
