using Steering.Saes;

namespace Steering.Tests.Sdk.Saes;

[TestClass]
public class SparseAutoencoderTests
{
    [TestMethod]
    public void EncodeAndDecode_OnAHandMadeAutoencoder_GiveTheNumbersOnPaper()
    {
        // z = W(x − b_dec) + b_enc with x − b_dec = (2, −1): latent 0: 2·1 + 0.5; latent 1: −1 − 3; latent 2: 2 − 1 + 0.
        var autoencoder = SparseAutoencoder.Create(new SaeParameters
        {
            Source = "by hand",
            Architecture = SaeArchitecture.JumpRelu,
            HiddenSize = 2,
            LatentCount = 3,
            Encoder = [1, 0, 0, 1, 1, 1],
            Decoder = [1, 2, 3, 4, 5, 6],
            DecoderBias = [1, 1],
            EncoderBias = [0.5f, -3, 0],
            Threshold = [1, 0, 1],
        });
        var activations = new float[3];
        autoencoder.Encode([3, 0], 1, activations);
        CollectionAssert.AreEqual(new[] { 2.5f, 0, 0 }, activations, "exactly at the threshold is inactive");
        var reconstruction = new float[2];
        autoencoder.Decode(activations, [], 1, reconstruction);
        CollectionAssert.AreEqual(new[] { 3.5f, 6 }, reconstruction);
    }

    [TestMethod]
    [DataRow(SaeArchitecture.AbsTopK, false)]
    [DataRow(SaeArchitecture.AbsTopK, true)]
    [DataRow(SaeArchitecture.TopK, true)]
    [DataRow(SaeArchitecture.Gated, false)]
    public void Encode_OnRandomWeights_AgreesWithTheDefinition(SaeArchitecture architecture, bool rescale)
    {
        var parameters = SaeReference.Random(architecture, seed: 31, d: 37, latents: 101) with { RescaleByDecoderNorm = rescale };
        var reference = new SaeReference(parameters);
        var autoencoder = SparseAutoencoder.Create(parameters);
        var x = Numbers.Normal(7, 70 * 37, 2);
        var encoded = new float[70 * 101];
        autoencoder.Encode(x, 70, encoded);
        for (var token = 0; token < 70; token++)
        {
            var expected = reference.Encode(x.AsSpan(token * 37, 37));
            Assert.IsLessThanOrEqualTo(1e-5, Numbers.RelativeError(Array.ConvertAll(expected, value => (float)value), encoded.AsSpan(token * 101, 101)), $"token {token}");
        }
    }

    [TestMethod]
    public void Encode_OfAToken_HasTheSameBitsWhateverItIsBatchedWith()
    {
        var autoencoder = SparseAutoencoder.Create(SaeReference.Random(SaeArchitecture.TopK, seed: 8, d: 50, latents: 1030));
        var x = Numbers.Normal(9, 131 * 50);
        var batch = new float[131 * 1030];
        autoencoder.Encode(x, 131, batch);
        foreach (var token in new[] { 0, 1, 35, 130 })
        {
            var alone = new float[1030];
            autoencoder.Encode(x.AsSpan(token * 50, 50), 1, alone);
            CollectionAssert.AreEqual(alone, batch.AsSpan(token * 1030, 1030).ToArray(), $"token {token}");
        }
    }

    [TestMethod]
    public void Encode_WithTwoLatentsTiedForTheLastPlace_KeepsNeither()
    {
        var parameters = new SaeParameters
        {
            Source = "tie",
            Architecture = SaeArchitecture.TopK,
            HiddenSize = 1,
            LatentCount = 4,
            Encoder = [3, 2, 2, 1],
            Decoder = [1, 1, 1, 1],
            DecoderBias = [0],
            EncoderBias = new float[4],
            K = 2,
        };
        var activations = new float[4];
        SparseAutoencoder.Create(parameters).Encode([1], 1, activations);
        CollectionAssert.AreEqual(new[] { 3f, 0, 0, 0 }, activations);
    }

    [TestMethod]
    public void EncodeSparse_AndTopLatents_HoldWhatEncodeGives()
    {
        var autoencoder = SparseAutoencoder.Create(SaeReference.Random(SaeArchitecture.AbsTopK, seed: 4));
        var x = Numbers.Normal(10, 200 * 40);
        var dense = new float[200 * 96];
        autoencoder.Encode(x, 200, dense);
        var sparse = autoencoder.EncodeSparse(x, 200);
        var top = autoencoder.TopLatents(x, 200, 3);
        Assert.AreEqual(dense.Count(value => value != 0), sparse.Count);
        for (var token = 0; token < 200; token++)
        {
            var row = dense.AsSpan(token * 96, 96).ToArray();
            var active = row.Index().Where(pair => pair.Item != 0).ToArray();
            CollectionAssert.AreEqual(active.Select(pair => pair.Index).ToArray(), sparse.Indices(token).ToArray());
            CollectionAssert.AreEqual(active.Select(pair => pair.Item).ToArray(), sparse.Values(token).ToArray());
            CollectionAssert.AreEqual(
                active.OrderByDescending(pair => Math.Abs(pair.Item)).Take(3).Select(pair => new LatentActivation(pair.Index, pair.Item)).ToArray(),
                top[token].ToArray());
        }

        Assert.AreEqual(0, autoencoder.EncodeSparse([], 0).Tokens);
    }

    [TestMethod]
    public void MatchingPursuit_OnOrthogonalRows_ReadsTheCoordinates()
    {
        var autoencoder = SparseAutoencoder.Create(new SaeParameters
        {
            Source = "pursuit",
            Architecture = SaeArchitecture.MatchingPursuit,
            HiddenSize = 3,
            LatentCount = 3,
            Encoder = [],
            Decoder = [1, 0, 0, 0, 1, 0, 0, 0, 1],
            DecoderBias = [1, 1, 1],
            MaxIterations = 2,
        });
        var activations = new float[3];
        autoencoder.Encode([4, -9, 6], 1, activations);
        CollectionAssert.AreEqual(new[] { 3f, 0, 5 }, activations, "the largest positive product first; negative ones never");
    }

    [TestMethod]
    public void MatchingPursuit_WhereAStepAddsNoLatent_StopsAfterItUnlessTold()
    {
        // x = (0.5, 2) takes row 1 (1.3), row 0 (1.28), then row 1 again (0.768): no new latent. Going on, it ends where
        // both rows together give x: 2·(1, 0) + 2.5·(−0.6, 0.8).
        static float[] Pursue(bool stop)
        {
            var activations = new float[2];
            SparseAutoencoder.Create(new SaeParameters
            {
                Source = "pursuit",
                Architecture = SaeArchitecture.MatchingPursuit,
                HiddenSize = 2,
                LatentCount = 2,
                Encoder = [],
                Decoder = [1, 0, -0.6f, 0.8f],
                DecoderBias = [0, 0],
                MaxIterations = 100,
                ResidualThreshold = 1e-6f,
                StopOnDuplicateSupport = stop,
            }).Encode([0.5f, 2], 1, activations);
            return activations;
        }

        var stopped = Pursue(stop: true);
        Assert.AreEqual(1.28f, stopped[0], 1e-6f);
        Assert.AreEqual(2.068f, stopped[1], 1e-6f);
        var converged = Pursue(stop: false);
        Assert.AreEqual(2, converged[0], 1e-5f);
        Assert.AreEqual(2.5f, converged[1], 1e-5f);
    }

    [TestMethod]
    public void Encode_OfAZeroVectorUnderConstantNorm_IsThatOfItsNormalisedSelf()
    {
        var parameters = SaeReference.Random(SaeArchitecture.Standard, seed: 6) with { Normalisation = InputNormalisation.ConstantNorm, ApplyDecoderBiasToInput = false };
        var bias = parameters.EncoderBias;
        var activations = new float[96];
        SparseAutoencoder.Create(parameters).Encode(new float[40], 1, activations);
        CollectionAssert.AreEqual(bias.Select(value => Math.Max(value, 0)).ToArray(), activations);
    }

    [TestMethod]
    public void Encode_OfNaN_IsRefused()
    {
        var autoencoder = SparseAutoencoder.Create(SaeReference.Random(SaeArchitecture.Standard, seed: 6));
        var x = new float[80];
        x[45] = float.NaN;
        Refusal.Of(() => autoencoder.Encode(x, 2, new float[192]), "token 1", "NaN");
    }

    [TestMethod]
    public void WrongSizes_AreRefused()
    {
        var autoencoder = SparseAutoencoder.Create(SaeReference.Random(SaeArchitecture.Standard, seed: 6) with { Normalisation = InputNormalisation.LayerNorm });
        Refusal.Of(() => autoencoder.Encode(new float[41], 1, new float[96]), "x has 41 numbers", "1 tokens × 40");
        Refusal.Of(() => autoencoder.Encode(new float[40], 1, new float[95]), "activations has 95");
        Refusal.Of(() => autoencoder.Decode(new float[96], [], 1, new float[40]), "needed to undo the per-token normalisation");
        Refusal.Of(() => autoencoder.Row(96), "no latent 96", "0 to 95");
        Refusal.Of(() => autoencoder.Row(-1), "no latent -1");
    }

    [TestMethod]
    public void Create_OfParametersThatCannotBe_IsRefused()
    {
        SaeParameters Good(SaeArchitecture architecture = SaeArchitecture.TopK) => SaeReference.Random(architecture, seed: 6);
        Refusal.Of(() => SparseAutoencoder.Create(Good() with { K = 97 }), "k is 97", "d_sae = 96");
        Refusal.Of(() => SparseAutoencoder.Create(Good() with { K = 0 }), "k is 0");
        Refusal.Of(() => SparseAutoencoder.Create(Good() with { DecoderBias = new float[39] }), "decoder bias has 39 numbers, expected 40");
        Refusal.Of(() => SparseAutoencoder.Create(Good() with { ActivationScale = 0 }), "scaling factor is 0");
        Refusal.Of(() => SparseAutoencoder.Create(Good() with { HiddenSize = 0 }), "d_in 0");
        Refusal.Of(() => SparseAutoencoder.Create(Good() with { Threshold = new float[96] }), "threshold has 96 numbers, expected 0");
        Refusal.Of(() => SparseAutoencoder.Create(Good(SaeArchitecture.MatchingPursuit) with { ActivationScale = 2 }), "matching pursuit");
        Refusal.Of(() => SparseAutoencoder.Create(Good(SaeArchitecture.Gated) with { MagnitudeLogScale = Enumerable.Repeat(200f, 96).ToArray() }), "after folding", "finite");
        var holed = Good();
        holed.Encoder[77] = float.NegativeInfinity;
        Refusal.Of(() => SparseAutoencoder.Create(holed), "encoder", "element 77");
    }
}
