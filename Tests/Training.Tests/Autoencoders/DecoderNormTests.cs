using Steering.Training.Autoencoders;
using static Steering.Tests.Training.Autoencoders.KindCases;
using static TorchSharp.torch;

namespace Steering.Tests.Training.Autoencoders;

[TestClass]
public sealed class DecoderNormTests
{
    [TestMethod]
    public void RemoveParallel_LeavesWhatIsAcrossTheRow()
    {
        using var scope = NewDisposeScope();
        var decoder = tensor(new float[] { 1, 0, 0.6f, 0.8f }).reshape(2, 2);
        var gradient = tensor(new float[] { 5, 3, 1.2f, 1.6f }).reshape(2, 2);

        DecoderNorm.RemoveParallel(decoder, gradient);

        // The second gradient lies along its row and vanishes.
        float[] expected = [0, 3, 0, 0];
        for (var index = 0; index < 4; index++)
        {
            Assert.AreEqual(expected[index], Floats(gradient)[index], 1e-6f);
        }
    }

    [TestMethod]
    public void Normalise_KeepsDirectionsAndZeros()
    {
        using var scope = NewDisposeScope();
        var decoder = tensor(new float[] { 3, 4, 0, 0 }).reshape(2, 2);

        DecoderNorm.Normalise(decoder);

        Assert.AreSequenceEqual(new[] { 0.6f, 0.8f, 0, 0 }, Floats(decoder));
    }

    [TestMethod]
    public void PrepareGradientsAndProject_FollowTheKind()
    {
        using var scope = NewDisposeScope();
        foreach (var unit in new[] { true, false })
        {
            var kind = new TopKSettings { K = 5, UnitNormDecoder = unit }.Create();
            using var weights = Weights(kind);
            weights.RequireGradients(true);
            using var loss = kind.Loss(weights, Batch(), new LossContext());
            loss.Total.backward();
            kind.PrepareGradients(weights);
            var along = (weights.Decoder.grad! * weights.Decoder).sum([1L]).abs().max().item<float>();
            using (no_grad())
            {
                _ = weights.Decoder.mul_(2);
            }

            kind.Project(weights);

            Assert.AreEqual(unit, along < 1e-4f, $"{along}");
            Assert.AreEqual(unit, Math.Abs(weights.Decoder[0].norm().item<float>() - 1) < 1e-5f);
        }
    }
}
