using Steering.Training.Autoencoders;
using static Steering.Tests.Training.Autoencoders.KindCases;
using static TorchSharp.torch;

namespace Steering.Tests.Training.Autoencoders;

[TestClass]
public sealed class DeadLatentResamplingTests
{
    [TestMethod]
    public void Apply_EveryPenalisedKind_ResetsTheDeadAndNothingElse()
    {
        foreach (var settings in All.Where(settings => settings is not RankedSettings))
        {
            using var scope = NewDisposeScope();
            var kind = settings.Create();
            using var weights = Weights(kind);
            using var before = weights.Clone();
            using var loss = kind.Loss(weights, Batch(), new LossContext());
            var dead = Dead();

            var reset = DeadLatentResampling.Apply(kind, weights, Batch(), loss.Reconstruction, dead, 1, 10);

            Assert.AreSequenceEqual(Enumerable.Range(0, Latents).Where(latent => latent % 3 == 0), reset);
            var alive = dead.logical_not();
            var meanEncoder = before.Encoder[alive].norm(1).mean().item<float>();
            var meanDecoder = kind.Settings.UnitNormDecoder ? 1 : before.Decoder[alive].norm(1).mean().item<float>();
            foreach (var latent in reset)
            {
                Assert.AreEqual(0.2f * meanEncoder, weights.Encoder[latent].norm().item<float>(), 1e-5f);
                Assert.AreEqual(meanDecoder, weights.Decoder[latent].norm().item<float>(), 1e-5f);
                Assert.AreEqual(0, weights.EncoderBias?[latent].item<float>() ?? weights.GateBias![latent].item<float>());
            }

            foreach (var ((_, now), (name, then)) in weights.Named.Zip(before.Named))
            {
                var kept = now.shape[0] == Latents ? (now[alive], then[alive]) : (now, then);
                Assert.IsTrue(kept.Item1.equal(kept.Item2).all().item<bool>(), $"{settings.GetType().Name}: {name} of living latents changed");
            }
        }
    }

    [TestMethod]
    public void Apply_PointsLatentsAtTokensThatAreReconstructedBadly()
    {
        // One token has all of the error, so the first dead latent must take its direction, and the others have none to take.
        using var scope = NewDisposeScope();
        var kind = new ReluSettings().Create();
        using var weights = Weights(kind);
        var x = Batch();
        var reconstruction = x.clone();
        _ = reconstruction[17].add_(3);

        var reset = DeadLatentResampling.Apply(kind, weights, x, reconstruction, Dead(), 1, 0);

        Assert.HasCount(1, reset);
        var direction = x[17] - weights.DecoderBias;
        var cosine = (weights.Decoder[reset[0]] * direction).sum() / (weights.Decoder[reset[0]].norm() * direction.norm());
        Assert.AreEqual(1, cosine.item<float>(), 1e-5f);
    }

    [TestMethod]
    public void Apply_DrawsInProportionToTheSquaredLoss()
    {
        // Two tokens with squared errors 1 and 2 share one draw: weights 1 and 4.
        using var scope = NewDisposeScope();
        var kind = new ReluSettings().Create();
        using var weights = Weights(kind);
        var x = zeros([2, Width], ScalarType.Float32);
        _ = x[0].fill_(1);
        _ = x[1].fill_(-1);
        var reconstruction = x.clone();
        _ = reconstruction[0, 0].add_(1);
        _ = reconstruction[1, 0].add_(MathF.Sqrt(2));
        var dead = zeros(Latents, ScalarType.Bool);
        _ = dead[4].fill_(true);
        var second = 0;
        for (var step = 0; step < 1000; step++)
        {
            _ = DeadLatentResampling.Apply(kind, weights, x, reconstruction, dead, 7, step);
            second += weights.Decoder[4].sum().item<float>() < 0 ? 1 : 0;
        }

        // 800 expected with a deviation of 12.6; the bias of the input leaves the signs as they are.
        Assert.IsInRange(750, 850, second);
    }

    [TestMethod]
    public void Apply_WithNothingDead_DoesNothing()
    {
        using var scope = NewDisposeScope();
        var kind = new GatedSettings().Create();
        using var weights = Weights(kind);
        Assert.IsEmpty(DeadLatentResampling.Apply(kind, weights, Batch(), Batch() * 0.5, zeros(Latents, ScalarType.Bool), 1, 0));
    }

    [TestMethod]
    public void Apply_SameSeedAndStep_DrawsTheSame()
    {
        using var scope = NewDisposeScope();
        var kind = new ReluSettings().Create();
        float[] Run(long step)
        {
            using var weights = Weights(kind);
            _ = DeadLatentResampling.Apply(kind, weights, Batch(), Batch() * 0.5, Dead(), 1, step);
            return Floats(weights.Decoder);
        }

        Assert.AreSequenceEqual(Run(3), Run(3));
        Assert.IsFalse(Run(3).AsSpan().SequenceEqual(Run(4)));
    }
}
