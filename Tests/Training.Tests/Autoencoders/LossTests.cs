using Steering.Training.Autoencoders;
using static Steering.Tests.Training.Autoencoders.KindCases;
using static TorchSharp.torch;

namespace Steering.Tests.Training.Autoencoders;

[TestClass]
public sealed class LossTests
{
    [TestMethod]
    public void Loss_EveryKind_IsTheSumOfItsTerms()
    {
        foreach (var settings in All)
        {
            using var scope = NewDisposeScope();
            var kind = settings.Create();
            using var weights = Weights(kind);
            using var loss = kind.Loss(weights, Batch(), new LossContext { SparsityCoefficient = 0.7, Dead = Dead() });

            Assert.AreEqual(loss.Terms.Sum(term => term.Value.item<float>()), loss.Total.item<float>(), 1e-4f * loss.Total.item<float>());
            Assert.AreEqual(kind.HasSparsityPenalty, loss.Term(LossTerm.L1) is not null || loss.Term(LossTerm.L0) is not null);
            Assert.AreSequenceEqual(new long[] { 64, Latents }, loss.Activations.shape);
            Assert.AreSequenceEqual(new long[] { 64, Width }, loss.Reconstruction.shape);
        }
    }

    [TestMethod]
    public void Loss_LeavesNoTensorsBehind()
    {
        foreach (var settings in All)
        {
            using var scope = NewDisposeScope();
            var kind = settings.Create();
            using var weights = Weights(kind);
            weights.RequireGradients(true);
            var (x, dead) = (Batch(), Dead());
            void Step()
            {
                using var loss = kind.Loss(weights, x, new LossContext { SparsityCoefficient = 1, Dead = dead });
                loss.Total.backward();
                kind.PrepareGradients(weights);
                kind.Project(weights);
                weights.ZeroGradients();
            }

            Step();
            var before = Tensor.TotalCount;
            for (var step = 0; step < 20; step++)
            {
                Step();
            }

            Assert.AreEqual(before, Tensor.TotalCount, settings.ToString());
        }
    }

    [TestMethod]
    [DataRow(1.0)]
    [DataRow(0.5)]
    [DataRow(2.0)]
    public void Relu_Penalty_IsThePNormOfActivationsTimesRowNorms(double p)
    {
        using var scope = NewDisposeScope();
        var kind = new ReluSettings { LpNorm = p }.Create();
        using var weights = Weights(kind);
        using var loss = kind.Loss(weights, Batch(), new LossContext { SparsityCoefficient = 1.5 });
        var (activations, norms) = (Floats(loss.Activations), Floats(weights.Decoder.norm(1)));

        var expected = 0.0;
        for (var token = 0; token < 64; token++)
        {
            var sum = Enumerable.Range(0, Latents).Sum(latent => Math.Pow(activations[(token * Latents) + latent] * norms[latent], p));
            expected += 1.5 * Math.Pow(sum, 1 / p) / 64;
        }

        Assert.AreEqual(expected, loss.Term(LossTerm.L1)!.Value, 1e-4 * expected);
    }

    [TestMethod]
    public void TopK_KeepsTheLargest_ByCounting()
    {
        using var scope = NewDisposeScope();
        foreach (var (settings, most) in new (RankedSettings, int)[] { (new TopKSettings { K = 5 }, 5), (new AbsTopKSettings { K = 5 }, 5), (new BatchTopKSettings { K = 4.5 }, Latents) })
        {
            var kind = settings.Create();
            using var weights = Weights(kind);
            using var loss = kind.Loss(weights, Batch(), new LossContext());
            var active = loss.Activations.ne(0).sum([1L]);

            Assert.IsLessThanOrEqualTo(most, active.max().item<long>());
            Assert.AreEqual(settings is BatchTopKSettings ? 288 : 320, active.sum().item<long>(), settings.ToString());
            Assert.AreEqual(settings is AbsTopKSettings, loss.Activations.min().item<float>() < 0);
        }
    }

    [TestMethod]
    public void Matryoshka_WithMeanWeighting_IsTheMeanOfWhatSumAddsUp()
    {
        using var scope = NewDisposeScope();
        var sum = new MatryoshkaSettings { K = 4, Widths = [5, 20], Weighting = PrefixWeighting.Sum, Auxiliary = new AuxiliarySettings { Coefficient = 0 } };
        using var weights = Weights(sum.Create());
        using var summed = sum.Create().Loss(weights, Batch(), new LossContext());
        using var mean = (sum with { Weighting = PrefixWeighting.Mean }).Create().Loss(weights, Batch(), new LossContext());

        Assert.AreSequenceEqual(new[] { "mse_loss", "inner_mse_loss_5", "inner_mse_loss_20" }, summed.Terms.Select(term => term.Name));
        Assert.AreEqual(summed.Total.item<float>() / 3, mean.Total.item<float>(), 1e-3f);
    }

    [TestMethod]
    public void Matryoshka_WithOnePrefix_IsBatchTopK()
    {
        using var scope = NewDisposeScope();
        var batch = new BatchTopKSettings { K = 4 }.Create();
        using var weights = Weights(batch);
        var context = new LossContext { Dead = Dead() };
        using var one = batch.Loss(weights, Batch(), context);
        foreach (var byPrefix in new[] { false, true })
        {
            using var other = new MatryoshkaSettings { K = 4, Widths = [Latents], AuxiliaryByPrefix = byPrefix }.Create().Loss(weights, Batch(), context);
            Assert.AreEqual(one.Total.item<float>(), other.Total.item<float>(), 1e-5f * one.Total.item<float>());
        }
    }

    [TestMethod]
    public void Auxiliary_DoesNotDependOnTheInputsScale()
    {
        // Inputs, biases and so activations four times as large: every term is sixteen times as large, so that one coefficient fits all.
        using var scope = NewDisposeScope();
        var kind = new TopKSettings { K = 5 }.Create();
        using var weights = Weights(kind);
        using var small = kind.Loss(weights, Batch(), new LossContext { Dead = Dead() });
        _ = weights.EncoderBias!.mul_(4);
        _ = weights.DecoderBias.mul_(4);
        using var large = kind.Loss(weights, Batch() * 4, new LossContext { Dead = Dead() });

        foreach (var term in small.Terms)
        {
            Assert.AreEqual(16, large.Term(term.Name)!.Value / term.Value.item<float>(), 1e-3, term.Name);
        }
    }

    [TestMethod]
    public void Auxiliary_Residual_IsTheFormulaWrittenOut()
    {
        using var scope = NewDisposeScope();
        var kind = new TopKSettings { K = 5, Auxiliary = new AuxiliarySettings { Coefficient = 0.25, Latents = 20 } }.Create();
        using var weights = Weights(kind);
        using var loss = kind.Loss(weights, Batch(), new LossContext { Dead = Dead() });

        // 14 of 40 latents are dead and k_aux is 20: all of them serve every token, at the scale 14/20.
        var pre = (Batch() - weights.DecoderBias).matmul(weights.Encoder.t()) + weights.EncoderBias!;
        var remade = (pre.relu() * Dead().to(ScalarType.Float32)).matmul(weights.Decoder);
        var expected = (Batch() - loss.Reconstruction - remade).square().sum().item<float>() / 64 * 0.25 * 14 / 20;
        Assert.AreEqual(expected, loss.Term(LossTerm.Auxiliary)!.Value, 1e-4 * expected);
    }
}
