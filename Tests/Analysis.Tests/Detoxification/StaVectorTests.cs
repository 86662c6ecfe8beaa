using Steering.Analysis.Concepts;
using Steering.Analysis.Detoxification;
using Steering.Concepts;
using Steering.Saes;

namespace Steering.Tests.Analysis.Detoxification;

/// <summary>STA's vector and the choice of features, by hand.</summary>
[TestClass]
public sealed class StaVectorTests
{
    // Latent 0 fires on toxic texts only (mean 2), 1 on clean ones only (mean 1), 2 on both alike, 3 strongly on toxic ones but often on clean ones too, 4 never.
    private static readonly float[][] ToxicRows = [[2, 0, 1, 5, 0], [2, 0, 1, 3, 0], [2, 0, 1, 0, 0], [2, 0, 1, 4, 0]];
    private static readonly float[][] CleanRows = [[0, 1, 1, 0.5f, 0], [0, 1, 1, 0, 0], [0, 1, 1, 0.5f, 0], [0, 1, 1, 0, 0]];

    [TestMethod]
    public void Vector_IsTheWeightedSumOfTheKeptRows_ScaledToItsLength()
    {
        // Decoder: the unit vectors. Differences of means: 2, −1, 0, 2.75; of frequencies: 1, −1, 0, 0.25. With trim 0.6 three
        // latents count as largest in each: {0, 1, 3}, all of agreeing signs.
        var (vector, latents) = StaVector.Of(Statistics(), Identity(), length: 10, trim: 0.6);
        Assert.AreEqual(3, latents);
        var scale = 10 / Math.Sqrt(4 + 1 + (2.75 * 2.75));
        double[] expected = [2 * scale, -scale, 0, 2.75 * scale, 0];
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], vector[i], 1e-5);
        }
    }

    [TestMethod]
    public void Choice_IsStaAndTheFiringFilterTogether()
    {
        var statistics = Statistics();

        // By amplitude latent 3 comes first, but it fires on half of the clean texts.
        Assert.AreEqual(3, DetoxFeatures.Choose(statistics, DetoxRanking.Mean, 1, 0.05)[0].Latent);
        var chosen = DetoxFeatures.Choose(statistics, DetoxRanking.StaFiring, 5, 0.05);
        Assert.AreSequenceEqual(new[] { 0 }, chosen.Select(feature => feature.Latent).ToArray());
        Assert.AreEqual(2, chosen[0].Score, 1e-6);

        // Of five latents two count as largest: by frequency 0 and 1, so STA does not keep 3, which the firing filter alone would.
        Assert.AreSequenceEqual(new[] { 0 }, DetoxFeatures.Choose(statistics, DetoxRanking.StaFiring, 5, 0.5).Select(feature => feature.Latent).ToArray());
        Assert.AreSequenceEqual(new[] { 0, 3 }, DetoxFeatures.Choose(statistics, DetoxRanking.Firing, 5, 0.5).Select(feature => feature.Latent).ToArray());
        Assert.AreSequenceEqual(new[] { 0 }, DetoxFeatures.Choose(statistics, DetoxRanking.Firing, 5, 0.05).Select(feature => feature.Latent).ToArray());
    }

    [TestMethod]
    public void TextsThatDoNotDiffer_AreRefused()
    {
        foreach (var ranking in Enum.GetValues<DetoxRanking>())
        {
            Refusal.Of(() => DetoxFeatures.Choose(Statistics(CleanRows, CleanRows), ranking, 5, 0.05), "No feature speaks", "more texts");
        }
    }

    private static ConceptStatistics Statistics() => Statistics(ToxicRows, CleanRows);

    private static ConceptStatistics Statistics(float[][] toxic, float[][] clean)
    {
        var accumulator = new ConceptAccumulator(5, ["toxic", "clean"]);
        int[] latents = [0, 1, 2, 3, 4];
        foreach (var row in toxic)
        {
            accumulator.Add([0], latents, row);
        }

        foreach (var row in clean)
        {
            accumulator.Add([1], latents, row);
        }

        return accumulator.ToStatistics(new ConceptOrigin { SaeSha256 = new string('0', 64), Site = "resid_post.0" });
    }

    private static SparseAutoencoder Identity()
    {
        var eye = new float[25];
        for (var i = 0; i < 5; i++)
        {
            eye[i * 6] = 1;
        }

        return SparseAutoencoder.Create(new SaeParameters
        {
            Source = "identity",
            Architecture = SaeArchitecture.Standard,
            HiddenSize = 5,
            LatentCount = 5,
            Encoder = eye,
            Decoder = [.. eye],
            EncoderBias = new float[5],
            DecoderBias = new float[5],
        });
    }
}
