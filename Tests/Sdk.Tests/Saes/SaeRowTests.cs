using Steering.Saes;

namespace Steering.Tests.Sdk.Saes;

/// <summary>
/// A latent as a socket row. Tolerances: activations 1e-5 of the largest; the change of the residual 1e-5 of the
/// largest entry, beside the factor std/(std + 1e-5) of LayerNorm, which is far below it here.
/// </summary>
[TestClass]
public class SaeRowTests
{
    private const double Tolerance = 1e-5;

    public static IEnumerable<object[]> Variants()
    {
        SaeArchitecture[] steerable = [SaeArchitecture.Standard, SaeArchitecture.Gated, SaeArchitecture.JumpRelu, SaeArchitecture.BatchTopK, SaeArchitecture.MatryoshkaBatchTopK, SaeArchitecture.TopK];
        foreach (var architecture in steerable)
        {
            foreach (var normalisation in Enum.GetValues<InputNormalisation>())
            {
                yield return [architecture, normalisation, true, false];
                yield return [architecture, normalisation, false, false];
            }

            if (architecture is SaeArchitecture.TopK or SaeArchitecture.BatchTopK)
            {
                yield return [architecture, InputNormalisation.None, true, true];
                yield return [architecture, InputNormalisation.LayerNorm, false, true];
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(Variants))]
    public void Row_OfEverySteerableVariant_ActsAsTheDefinitionDoes(SaeArchitecture architecture, InputNormalisation normalisation, bool applyBias, bool rescale)
    {
        var parameters = SaeReference.Random(architecture, seed: 11) with { Normalisation = normalisation, ApplyDecoderBiasToInput = applyBias, RescaleByDecoderNorm = rescale };
        CheckRows(parameters);
    }

    [TestMethod]
    [DataRow(SaeArchitecture.Standard, false)]
    [DataRow(SaeArchitecture.Gated, false)]
    [DataRow(SaeArchitecture.JumpRelu, false)]
    [DataRow(SaeArchitecture.TopK, true)]
    [DataRow(SaeArchitecture.BatchTopK, true)]
    public void Row_WithAGlobalScaleAndAFineTuningGain_ActsAsTheDefinitionDoes(SaeArchitecture architecture, bool rescale)
    {
        var gain = Array.ConvertAll(Numbers.Normal(5, 96, 0.2), value => 1 + value);
        CheckRows(SaeReference.Random(architecture, seed: 23) with { ActivationScale = 0.37f, DecoderGain = gain, RescaleByDecoderNorm = rescale });
    }

    [TestMethod]
    public void Row_OnEveryOracleFolder_ReproducesTheReferenceActivations()
    {
        foreach (var oracle in SaeCase.All().Where(oracle => oracle.Autoencoder.Architecture is not (SaeArchitecture.AbsTopK or SaeArchitecture.MatchingPursuit)))
        {
            var autoencoder = oracle.Autoencoder;
            var scale = oracle.Activations.Max(Math.Abs);
            var fired = 0;

            // Competition costs a whole encoder a token here, so a few tokens and latents of each case.
            for (var token = 0; token < Math.Min(oracle.Tokens, autoencoder.LatentCount > 2000 ? 4 : 8); token++)
            {
                var x = oracle.X.AsSpan(token * autoencoder.HiddenSize, autoencoder.HiddenSize);
                var expected = oracle.Activations.AsSpan(token * autoencoder.LatentCount, autoencoder.LatentCount);
                var active = expected.ToArray().Index().Where(pair => pair.Item != 0).Select(pair => pair.Index).Take(6).ToArray();
                fired += active.Length;
                foreach (var latent in active.Concat([0, autoencoder.LatentCount / 2, autoencoder.LatentCount - 1]))
                {
                    Assert.AreEqual(expected[latent], SocketRow.Value(autoencoder.Row(latent), autoencoder.Competition, x), Tolerance * scale, $"{oracle.Name}, token {token}, latent {latent}");
                }
            }

            Assert.IsGreaterThan(0, fired, oracle.Name);
        }
    }

    [TestMethod]
    [DataRow(SaeArchitecture.AbsTopK, "both signs")]
    [DataRow(SaeArchitecture.MatchingPursuit, "earlier steps")]
    public void Row_OfAnArchitectureThatASocketCannotCompute_IsRefusedByName(SaeArchitecture architecture, string reason)
    {
        var autoencoder = SparseAutoencoder.Create(SaeReference.Random(architecture, seed: 3));
        Refusal.Of(() => autoencoder.Row(0), architecture.ToString(), reason, "DecoderDirection(0)");
    }

    [TestMethod]
    public void Competition_IsThereOnlyWhereLatentsCompete()
    {
        var topK = SparseAutoencoder.Create(SaeReference.Random(SaeArchitecture.TopK, seed: 3));
        Assert.IsNotNull(topK.Competition);
        Assert.AreEqual(7, topK.Competition.K);
        CollectionAssert.AreEqual(topK.Row(5).Read, topK.Competition.Weights.Slice(5 * 40, 40).ToArray());
        Assert.IsTrue(topK.Row(5).Competes);

        var everyPlace = SparseAutoencoder.Create(SaeReference.Random(SaeArchitecture.TopK, seed: 3) with { K = 96 });
        Assert.IsNull(everyPlace.Competition, "with a place for every latent nothing competes");
        Assert.IsFalse(everyPlace.Row(5).Competes);
        Assert.IsNull(SparseAutoencoder.Create(SaeReference.Random(SaeArchitecture.JumpRelu, seed: 3)).Competition);
    }

    private static void CheckRows(SaeParameters parameters)
    {
        var reference = new SaeReference(parameters);
        var autoencoder = SparseAutoencoder.Create(parameters);
        var (d, latents, active) = (parameters.HiddenSize, parameters.LatentCount, 0);
        var residuals = Numbers.Normal(99, 4 * d, 3);
        for (var token = 0; token < 4; token++)
        {
            var x = residuals.AsSpan(token * d, d);
            var expected = reference.Encode(x);
            var encoded = new float[latents];
            autoencoder.Encode(x, 1, encoded);
            Assert.IsLessThanOrEqualTo(Tolerance, Numbers.RelativeError(Array.ConvertAll(expected, value => (float)value), encoded), "Encode");
            for (var latent = 0; latent < latents; latent += 5)
            {
                var row = autoencoder.Row(latent);
                var v = SocketRow.Value(row, autoencoder.Competition, x);
                Assert.AreEqual(expected[latent], v, Tolerance * expected.Max(), $"v of latent {latent}");
                active += v > 0 ? 1 : 0;
                double[] edits = [4.5, -0.5 * v, 0, v + 1.25, v]; // clamp, scale, ablate, add, nothing
                foreach (var edited in edits)
                {
                    CheckEdit(reference, row, expected, latent, v, edited, x);
                }
            }
        }

        Assert.IsGreaterThan(2, active, "some latents must be active for this to test anything");
    }

    private static void CheckEdit(SaeReference reference, SaeRow row, double[] activations, int latent, double v, double edited, ReadOnlySpan<float> x)
    {
        double[] changed = [.. activations];
        changed[latent] = edited;
        var before = reference.Decode(activations, x);
        var after = reference.Decode(changed, x);
        var steered = SocketRow.Steered(row, v, edited, x);
        var scale = before.Max(Math.Abs) + after.Max(Math.Abs);
        for (var i = 0; i < x.Length; i++)
        {
            Assert.AreEqual(after[i] - before[i], steered[i] - x[i], Tolerance * scale, $"latent {latent} to {edited}, dimension {i}");
        }
    }
}
