using Steering.Training.Autoencoders;
using static Steering.Tests.Training.Autoencoders.KindCases;
using static TorchSharp.torch;

namespace Steering.Tests.Training.Autoencoders;

/// <summary>The estimated slopes of JumpReLU against the formulas of arXiv 2407.14435, on one latent whose z is the input.</summary>
[TestClass]
public sealed class JumpReluKindTests
{
    private const float Bandwidth = 0.5f;

    [TestMethod]
    [DataRow(0f, 1f)]
    [DataRow(0.9f, 1f)]
    [DataRow(1.05f, 1f)]
    [DataRow(3f, 1f)]
    [DataRow(-0.1f, -0.5f)]
    [DataRow(0.1f, -0.5f)]
    public void Loss_SlopesOfThreshold_AreTheEstimates(float z, float stored)
    {
        var threshold = Math.Max(stored, 0);
        var (loss, bias, slope) = Run(new JumpReluSettings { Bandwidth = Bandwidth }, z, stored, 3);

        // x̂ = f and x = z: ‖x̂ − x‖² has the slope 2(f − z) in f, and λ = 3 weighs H.
        var active = z > threshold ? 1f : 0f;
        var window = Math.Abs(z - threshold) < Bandwidth / 2 ? 1 / Bandwidth : 0;
        var outer = 2 * ((z * active) - z);
        Assert.AreEqual(((z * active) - z) * ((z * active) - z) + (3 * active), loss, 1e-5f);
        Assert.AreEqual((outer * -threshold * window) - (3 * window), slope, 1e-5f);
        Assert.AreEqual(outer * active, bias, 1e-5f);
    }

    [TestMethod]
    [DataRow(0.9f)]
    [DataRow(1.05f)]
    [DataRow(3f)]
    public void Loss_WithTrainEncoderByJump_GivesTheEncoderTheOppositeSlope(float z)
    {
        var (_, plain, threshold) = Run(new JumpReluSettings { Bandwidth = Bandwidth }, z, 1, 3);
        var (_, both, same) = Run(new JumpReluSettings { Bandwidth = Bandwidth, TrainEncoderByJump = true }, z, 1, 3);

        Assert.AreEqual(threshold, same, 1e-6f);
        Assert.AreEqual(plain - threshold, both, 1e-5f);
    }

    [TestMethod]
    public void Loss_WithQuadraticTarget_PaysForTheDistancePerToken()
    {
        // One of one latents is active and half a latent is the target: (1/0.5 − 1)² = 1, with the slope 2·(2 − 1)/0.5 = 4 in the count.
        var (loss, _, slope) = Run(new JumpReluSettings { Bandwidth = Bandwidth, QuadraticTarget = 0.5 }, 1.05f, 1, 3);

        Assert.AreEqual(3, loss, 1e-5f);
        Assert.AreEqual(-3 * 4 / Bandwidth, slope, 1e-4f);
    }

    [TestMethod]
    public void Loss_PreActivationTerm_CountsDeadLatentsAlone()
    {
        var settings = new JumpReluSettings { Bandwidth = Bandwidth, PreActivationCoefficient = 0.1 };
        using var scope = NewDisposeScope();
        var kind = settings.Create();
        using var weights = Weights(kind);
        using var dead = kind.Loss(weights, Batch(), new LossContext { Dead = Dead() });
        using var none = kind.Loss(weights, Batch(), new LossContext { Dead = zeros(Latents, ScalarType.Bool) });
        using var unsaid = kind.Loss(weights, Batch(), new LossContext());

        Assert.IsGreaterThan(0, dead.Term(LossTerm.PreActivation)!.Value);
        Assert.AreEqual(0, none.Term(LossTerm.PreActivation));
        Assert.IsNull(unsaid.Term(LossTerm.PreActivation));
    }

    [TestMethod]
    public void Project_BringsThresholdsBackToZero()
    {
        using var scope = NewDisposeScope();
        var kind = new JumpReluSettings().Create();
        using var weights = Weights(kind);
        _ = weights.Threshold!.fill_(-1);

        kind.Project(weights);

        Assert.AreEqual(0, weights.Threshold.abs().max().item<float>());
    }

    private static (float Loss, float BiasSlope, float ThresholdSlope) Run(JumpReluSettings settings, float z, float threshold, double coefficient)
    {
        using var scope = NewDisposeScope();
        using var weights = new SaeWeights(ones([1, 1]), ones([1, 1]), zeros([1])) { EncoderBias = zeros([1]), Threshold = full([1], threshold) };
        weights.RequireGradients(true);
        var kind = (settings with { SubtractDecoderBias = false, UnitNormDecoder = false }).Create();
        using var loss = kind.Loss(weights, full([1, 1], z), new LossContext { SparsityCoefficient = coefficient });
        loss.Total.backward();
        return (loss.Total.item<float>(), weights.EncoderBias.grad!.item<float>(), weights.Threshold.grad!.item<float>());
    }
}
