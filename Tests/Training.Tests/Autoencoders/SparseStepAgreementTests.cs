using Steering.Training.Autoencoders;
using Steering.Training.Kernels;
using static Steering.Tests.Training.Autoencoders.KindCases;
using static TorchSharp.torch;

namespace Steering.Tests.Training.Autoencoders;

/// <summary>The fast step computes what the kinds say: same loss, same gradients, auxiliary loss included.</summary>
[TestClass]
public sealed unsafe class SparseStepAgreementTests
{
    private const int Tokens = 64;

    [TestMethod]
    public void SparseStep_TopK_IsTheKindsLoss() => Compare(new TopKSettings { K = 5 }, SparseSelection.TopK, Dead());

    [TestMethod]
    public void SparseStep_BatchTopK_IsTheKindsLoss() => Compare(new BatchTopKSettings { K = 4.5 }, SparseSelection.BatchTopK, Dead());

    [TestMethod]
    public void SparseStep_Matryoshka_IsTheKindsLoss() => Compare(new MatryoshkaSettings { K = 4.5 }, SparseSelection.BatchTopK, Dead());

    [TestMethod]
    public void SparseStep_AbsTopK_IsTheKindsLoss() => Compare(new AbsTopKSettings { K = 5 }, SparseSelection.AbsTopK, Dead());

    private static void Compare(RankedSettings settings, SparseSelection selection, Tensor dead)
    {
        using var scope = NewDisposeScope();
        var kind = settings.Create();
        using var weights = Weights(kind);
        var x = Batch(Tokens);
        var widths = settings is MatryoshkaSettings nested ? nested.WidthsFor(Latents) : [Latents];
        using var team = new WorkerTeam(2);
        using var step = new SparseStep(
            new SparseStepOptions
            {
                Selection = selection,
                K = settings.K,
                SubtractDecoderBias = settings.SubtractDecoderBias,
                Prefixes = widths,
                PrefixWeights = [.. widths.Select(_ => settings is MatryoshkaSettings mean ? mean.WeightFor(Latents) : 1)],
                AuxiliaryLatents = settings.Auxiliary.LatentsFor(Width),
                AuxiliaryCoefficient = (float)settings.Auxiliary.Coefficient,
            },
            Width,
            Latents,
            Tokens,
            team);
        int[] latents = [.. dead.data<bool>().ToArray().Index().Where(pair => pair.Item).Select(pair => pair.Index)];
        var result = step.Run(new SparseWeights(weights.Encoder, weights.EncoderBias!, weights.Decoder, weights.DecoderBias), TensorMemory.Pointer(x), Tokens, latents);

        weights.RequireGradients(true);
        using var loss = kind.Loss(weights, x, new LossContext { Dead = dead });
        loss.Total.backward();
        kind.PrepareGradients(weights);

        Assert.AreEqual(loss.Total.item<float>(), result.Loss, 1e-5 * result.Loss);
        Close(weights.Encoder.grad!, step.Gradients.Encoder, step.Gradients.Touched, Width);
        Close(weights.EncoderBias!.grad!, step.Gradients.EncoderBias, step.Gradients.Touched, 1);
        Close(weights.Decoder.grad!, step.Gradients.Decoder, step.Gradients.Touched, Width);
        Close(weights.DecoderBias.grad!, step.Gradients.DecoderBias, null, Width);
    }

    private static void Close(Tensor gradient, float* ours, bool[]? touched, int width)
    {
        var expected = Floats(gradient);
        var size = expected.Max(Math.Abs);
        for (var index = 0; index < expected.Length; index++)
        {
            Assert.AreEqual(expected[index], touched is null || touched[index / width] ? ours[index] : 0, 1e-5f * size, $"element {index}");
        }
    }
}
