using Steering.Training.Autoencoders;
using static Steering.Tests.Training.Autoencoders.KindCases;
using static TorchSharp.torch;

namespace Steering.Tests.Training.Autoencoders;

[TestClass]
public sealed class InitialisationTests
{
    [TestMethod]
    public void Initialise_EveryKind_TiesTheEncoderToRowsOfTheNormAskedFor()
    {
        foreach (var settings in All)
        {
            using var scope = NewDisposeScope();
            using var weights = settings.Create().Initialise(Latents, Batch(), new SaeInitialisation { EncoderScale = 0.25, DecoderNorm = 0.5 });

            foreach (var norm in Floats(weights.Decoder.norm(1)))
            {
                Assert.AreEqual(0.5f, norm, 1e-5f, settings.ToString());
            }

            Assert.AreSequenceEqual(Floats(weights.Decoder * 0.25), Floats(weights.Encoder), settings.ToString());
        }
    }

    [TestMethod]
    public void Initialise_WithoutOptions_TakesTheNormsOfTheKind()
    {
        foreach (var settings in All)
        {
            using var scope = NewDisposeScope();
            using var weights = settings.Create().Initialise(Latents, Batch(), new SaeInitialisation());

            Assert.AreEqual(settings is ReluSettings ? 0.1f : 1f, weights.Decoder[7].norm().item<float>(), 1e-5f);
            Assert.AreEqual(settings is RankedSettings ? 0.1f : settings is ReluSettings ? 0.1f : 1f, weights.Encoder[7].norm().item<float>(), 1e-5f);
        }
    }

    [TestMethod]
    public void Initialise_DependsOnTheSeedAlone()
    {
        var kind = new TopKSettings().Create();
        using var scope = NewDisposeScope();
        using var first = kind.Initialise(Latents, Batch(), new SaeInitialisation { Seed = 1 });
        _ = randn(100);
        using var again = kind.Initialise(Latents, Batch(), new SaeInitialisation { Seed = 1 });
        using var other = kind.Initialise(Latents, Batch(), new SaeInitialisation { Seed = 2 });

        Assert.AreSequenceEqual(Floats(first.Decoder), Floats(again.Decoder));
        Assert.AreNotEqual(Floats(first.Decoder)[0], Floats(other.Decoder)[0]);
    }

    [TestMethod]
    public void Initialise_DecoderBias_StartsWhereAsked()
    {
        // Nine rows at the origin and one far away: the mean moves, the geometric median stays.
        using var scope = NewDisposeScope();
        var sample = zeros([10, Width], ScalarType.Float32);
        _ = sample[9].fill_(10);
        var kind = new TopKSettings().Create();
        float First(DecoderBiasStart start)
        {
            using var weights = kind.Initialise(Latents, sample, new SaeInitialisation { DecoderBias = start });
            return Floats(weights.DecoderBias)[0];
        }

        Assert.AreEqual(0, First(DecoderBiasStart.Zero));
        Assert.AreEqual(1, First(DecoderBiasStart.Mean), 1e-6);
        Assert.AreEqual(0, First(DecoderBiasStart.GeometricMedian), 1e-3);
    }

    [TestMethod]
    public void GeometricMedian_OfATriangle_IsItsFermatPoint()
    {
        // An isosceles triangle with apex (0, 3) over (±1, 0): the Fermat point is (0, 1/√3).
        using var scope = NewDisposeScope();
        var rows = tensor(new float[] { -1, 0, 1, 0, 0, 3 }).reshape(3, 2);

        var median = Floats(GeometricMedian.Of(rows));

        Assert.AreEqual(0, median[0], 1e-4);
        Assert.AreEqual(1 / Math.Sqrt(3), median[1], 1e-3);
    }

    [TestMethod]
    public void Initialise_JumpRelu_StartsThresholdsInProportionToTheWidth()
    {
        using var scope = NewDisposeScope();
        using var byDefault = new JumpReluSettings().Create().Initialise(Latents, Batch(), new SaeInitialisation());
        using var given = new JumpReluSettings { InitialThreshold = 0.5 }.Create().Initialise(Latents, Batch(), new SaeInitialisation());

        Assert.AreEqual((float)(0.01 * Math.Sqrt(Width)), Floats(byDefault.Threshold!)[3], 1e-7f);
        Assert.AreEqual(0.5f, Floats(given.Threshold!)[3]);
    }

    [TestMethod]
    public void Initialise_WithSettingsThatCannotBe_IsRefused()
    {
        static void Of(SaeKindSettings settings, params string[] parts)
        {
            using var scope = NewDisposeScope();
            var sample = Batch();
            _ = Refusal.Of(() => settings.Create().Initialise(Latents, sample, new SaeInitialisation()), parts);
        }

        Of(new TopKSettings { K = 41 }, "k is 41", "40");
        Of(new TopKSettings { K = 2.5 }, "k is 2.5", "whole number");
        Of(new BatchTopKSettings { K = 0 }, "k is 0");
        Of(new BatchTopKSettings { ThresholdRate = 0 }, "rate is 0");
        Of(new MatryoshkaSettings { K = 4, Widths = [8, 8] }, "8, 8, 40", "ascending");
        Of(new MatryoshkaSettings { K = 4, Widths = [8, 80] }, "80", "40");
        Of(new TopKSettings { K = 4, Auxiliary = new AuxiliarySettings { Coefficient = -1 } }, "-1");
        Of(new ReluSettings { LpNorm = 0 }, "LpNorm is 0");
        Of(new GatedSettings { SparsityCoefficient = double.NaN }, "SparsityCoefficient is NaN");
        Of(new JumpReluSettings { Bandwidth = 0 }, "Bandwidth is 0");
        Of(new JumpReluSettings { QuadraticTarget = 90 }, "QuadraticTarget is 90", "40");
        Of(new JumpReluSettings { QuadraticTarget = 9, Penalty = JumpReluPenalty.Tanh }, "Tanh");
    }
}
