using Steering.Saes;
using Steering.Training.Autoencoders;
using static Steering.Tests.Training.Autoencoders.KindCases;
using static TorchSharp.torch;

namespace Steering.Tests.Training.Autoencoders;

/// <summary>What inference makes of the parameters is what training saw.</summary>
[TestClass]
public sealed class InferenceTests
{
    [TestMethod]
    public void ToParameters_EveryKindAndNormalisation_ReconstructsAsTrainingDid()
    {
        foreach (var settings in All)
        {
            foreach (var normalisation in Enum.GetValues<InputNormalisation>())
            {
                using var scope = NewDisposeScope();
                var kind = (settings with { Normalisation = normalisation }).Create();
                using var weights = Weights(kind);
                var x = Batch();
                using var loss = kind.Loss(weights, x, new LossContext());

                // A threshold just below the smallest activation kept selects what the whole batch selected.
                var smallest = loss.Activations.masked_fill(loss.Activations.le(0), float.PositiveInfinity).min().item<float>();
                var autoencoder = SparseAutoencoder.Create(kind.ToParameters(weights, threshold: smallest * 0.9999));

                var reconstruction = Reconstruct(autoencoder, Floats(x));
                Near(Floats(loss.Reconstruction), reconstruction, $"{settings.GetType().Name} {normalisation}");
            }
        }
    }

    [TestMethod]
    public void ToParameters_WithRescaling_ReconstructsAsTrainingDid()
    {
        using var scope = NewDisposeScope();
        var kind = new TopKSettings { K = 5, RescaleByDecoderNorm = true, UnitNormDecoder = false, SubtractDecoderBias = false }.Create();
        using var weights = Weights(kind);
        using var loss = kind.Loss(weights, Batch(), new LossContext());

        Near(Floats(loss.Reconstruction), Reconstruct(SparseAutoencoder.Create(kind.ToParameters(weights)), Floats(Batch())), "rescaled");
    }

    [TestMethod]
    public void ToParameters_WithAnInputScale_UndoesItOnTheWayOut()
    {
        using var scope = NewDisposeScope();
        var kind = new TopKSettings { K = 5 }.Create();
        using var weights = Weights(kind);
        using var loss = kind.Loss(weights, Batch(), new LossContext());
        var autoencoder = SparseAutoencoder.Create(kind.ToParameters(weights, activationScale: 4));

        var reconstruction = Reconstruct(autoencoder, [.. Floats(Batch()).Select(value => value / 4)]);

        Near(Floats(loss.Reconstruction), [.. reconstruction.Select(value => value * 4)], "scaled");
    }

    [TestMethod]
    public void ToParameters_LeavesTheTensorsAlone()
    {
        using var scope = NewDisposeScope();
        var kind = new TopKSettings { K = 5 }.Create();
        using var weights = Weights(kind);
        var before = Floats(weights.Encoder);

        Array.Clear(kind.ToParameters(weights).Encoder);

        Assert.AreSequenceEqual(before, Floats(weights.Encoder));
    }

    private static float[] Reconstruct(SparseAutoencoder autoencoder, float[] x)
    {
        var output = new float[x.Length];
        autoencoder.DecodeSparse(autoencoder.EncodeSparse(x, x.Length / Width), x, output);
        return output;
    }

    private static void Near(float[] expected, float[] actual, string what)
    {
        var size = expected.Max(Math.Abs);
        for (var index = 0; index < expected.Length; index++)
        {
            Assert.AreEqual(expected[index], actual[index], 2e-5f * size, $"{what}: element {index}");
        }
    }
}
