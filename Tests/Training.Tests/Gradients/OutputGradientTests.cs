using Steering.Analysis.Selection;
using Steering.Tests.Training.Llama;
using Steering.Training.Gradients;
using Steering.Training.Llama;
using static TorchSharp.torch;

namespace Steering.Tests.Training.Gradients;

[TestClass]
public sealed class OutputGradientTests
{
    private static readonly ContinuationPair[] Pairs = [new([1, 30, 7], [44, 2], [9]), new([1, 5], [8], [12, 13, 14])];

    /// <summary>Central finite differences of the same sum of log-probabilities, computed from whole forward passes; relative tolerance 1 %.</summary>
    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    public void Mean_IsTheSlopeOfTheLogProbability(int blocks)
    {
        using var model = LlamaModel.Create(TinyLlama.Settings, seed: 3);
        var gradient = OutputGradient.Mean(model, blocks, Pairs);
        var largest = gradient.Max(Math.Abs);
        Assert.IsGreaterThan(1e-3f, largest);
        const float Step = 2e-3f;
        for (var component = 0; component < gradient.Length; component += 3)
        {
            var slope = (Objective(model, blocks, component, Step) - Objective(model, blocks, component, -Step)) / (2 * Step);
            Assert.AreEqual(slope, gradient[component], 0.01 * largest, $"component {component}");
        }
    }

    [TestMethod]
    public void Mean_WithoutPairsOrTokens_IsRefused()
    {
        using var model = LlamaModel.Create(TinyLlama.Settings, seed: 3);
        Assert.Contains("No pair", Refusal.Of(() => OutputGradient.Mean(model, 1, [])).Message);
        Assert.Contains("at least one token", Refusal.Of(() => OutputGradient.Mean(model, 1, [new([1], [], [2])])).Message);
    }

    private static double Objective(LlamaModel model, int blocks, int component, float step)
    {
        using var scope = NewDisposeScope();
        using var gradient = no_grad();
        var total = 0.0;
        foreach (var pair in Pairs)
        {
            total += (LogProbability(pair.Prompt, pair.Wanted) - LogProbability(pair.Prompt, pair.Unwanted)) / Pairs.Length;
        }

        return total;

        double LogProbability(IReadOnlyList<int> prompt, IReadOnlyList<int> continuation)
        {
            long[] ids = [.. prompt, .. continuation];
            var residual = model.Residual(tensor(ids, 1, ids.Length), blocks).clone();
            residual[TensorIndex.Colon, TensorIndex.Slice(1), component] += step;
            var logits = model.Logits(residual, blocks).to(ScalarType.Float64);
            var sum = 0.0;
            for (var i = 0; i < continuation.Count; i++)
            {
                var row = logits[0, prompt.Count - 1 + i];
                sum += row[continuation[i]].item<double>() - row.logsumexp(-1).item<double>();
            }

            return sum;
        }
    }
}
