using System.Numerics.Tensors;
using Steering.Analysis.Behaviours;
using Steering.Export.Checkpoints;
using Steering.Saes.Formats;
using Steering.Sandbox.Corpora;
using Steering.Tests.Training.Llama;
using Steering.Tokenizers;
using Steering.Training.Gradients;
using Steering.Training.Llama;

namespace Steering.Tests.Training.Gradients;

/// <summary>Confidence shifts of the bundled model, whose late autoencoder gives the columns.</summary>
[TestClass]
public sealed class ConfidenceTrainerTests
{
    private const int Blocks = 5;
    /// <summary>Central finite differences of the mean entropy; within 1 % of the largest component.</summary>
    [TestMethod]
    public void WithGradient_IsTheSlopeOfTheEntropy()
    {
        using var model = LlamaModel.Create(TinyLlama.Settings, seed: 4);
        using var entropy = new NextTokenEntropy(model, 1, [[1, 30, 7, 44, 2, 9]], CancellationToken.None);
        var width = model.Settings.HiddenSize;
        var push = new float[width];
        var (sum, gradient, positions) = entropy.WithGradient(0, push);
        Assert.AreEqual(5, positions);
        Assert.AreEqual(entropy.Mean(push, CancellationToken.None), sum / positions, 1e-5);
        var largest = gradient.Max(Math.Abs);
        for (var component = 0; component < width; component += 3)
        {
            Assert.AreEqual((At(component, 2e-3f) - At(component, -2e-3f)) / 4e-3, gradient[component], (0.01 * largest) + 2e-4, $"component {component}");
        }

        double At(int component, float step)
        {
            var moved = new float[width];
            moved[component] = step;
            return positions * entropy.Mean(moved, CancellationToken.None);
        }
    }

    /// <summary>The learned columns lower the entropy of texts that they were not learned on, and as many random columns with the same coefficients do not.</summary>
    [TestMethod]
    public void Learn_LowersTheEntropyOfOtherText_AndRandomColumnsDoNot()
    {
        using var checkpoint = Checkpoint.Open(SandboxModel.Bundle.CheckpointFolder);
        using var model = LlamaModel.Load(checkpoint);
        var sae = SaeFolder.Load(SandboxModel.LateSae());
        var tokenizer = TextTokenizer.Load(SandboxModel.Bundle.CheckpointFolder);
        int[][] Read(CorpusSplit split) => [.. new SandboxCorpus(seed: 2).Documents(split).Take(12).Select(document => tokenizer.Encode(document.Text))];
        var reported = new List<double>();

        var shift = new ConfidenceTrainer(model, Blocks, sae).Learn(Read(CorpusSplit.Train), new ConfidenceOptions { Iterations = 80, BatchPositions = 128, Columns = 16, LearningRate = 0.03 }, new Values(reported));
        Assert.HasCount(80, reported);
        Assert.HasCount(16, shift.Latents);
        Assert.IsLessThan(shift.EntropyBefore, shift.EntropyAfter);

        var heldOut = Read(CorpusSplit.HeldOut);
        using var other = new NextTokenEntropy(model, Blocks, heldOut, CancellationToken.None);
        var before = other.Mean(new float[model.Settings.HiddenSize], CancellationToken.None);
        var learned = other.Mean([.. shift.Direction], CancellationToken.None);
        var random = new Random(3);
        for (var draw = 0; draw < 5; draw++)
        {
            var push = new float[model.Settings.HiddenSize];
            foreach (var coefficient in shift.Coefficients)
            {
                var row = sae.DecoderDirection(random.Next(sae.LatentCount));
                TensorPrimitives.MultiplyAdd(row, coefficient, push, push);
            }

            Assert.IsLessThan(0.5 * (before - learned), before - other.Mean(push, CancellationToken.None), $"draw {draw}: {before} to {learned}");
        }

        var (coefficients, own, with) = SampleCoefficients.Learn(model, Blocks, [.. shift.Latents.Take(3).Select(sae.DecoderDirection)], heldOut[0]);
        Assert.HasCount(3, coefficients);
        Assert.IsLessThan(own, with);
    }

    [TestMethod]
    public void Learn_Again_GivesTheSameBits()
    {
        using var checkpoint = Checkpoint.Open(SandboxModel.Bundle.CheckpointFolder);
        using var model = LlamaModel.Load(checkpoint);
        var trainer = new ConfidenceTrainer(model, Blocks, SaeFolder.Load(SandboxModel.LateSae()));
        var options = new ConfidenceOptions { Iterations = 5, BatchPositions = 8, Seed = 9 };
        int[][] sequences = [[1, 30, 7, 44], [1, 5, 9, 12, 60]];
        Assert.AreSequenceEqual(trainer.Learn(sequences, options).Direction.ToArray(), trainer.Learn(sequences, options).Direction.ToArray());
    }

    [TestMethod]
    public void Learn_OfNothing_OrWithOptionsOutOfRange_IsRefused()
    {
        using var checkpoint = Checkpoint.Open(SandboxModel.Bundle.CheckpointFolder);
        using var model = LlamaModel.Load(checkpoint);
        var trainer = new ConfidenceTrainer(model, Blocks, SaeFolder.Load(SandboxModel.LateSae()));
        Assert.Contains("No text", Refusal.Of(() => trainer.Learn([])).Message);
        Assert.Contains("fewer than two tokens", Refusal.Of(() => trainer.Learn([[1]])).Message);
        Assert.Contains("0 iterations", Refusal.Of(() => trainer.Learn([[1, 2]], new ConfidenceOptions { Iterations = 0 })).Message);
        Assert.Contains("0 columns", Refusal.Of(() => trainer.Learn([[1, 2]], new ConfidenceOptions { Columns = 0 })).Message);
        Assert.Contains("penalty of -1", Refusal.Of(() => trainer.Learn([[1, 2]], new ConfidenceOptions { Penalty = -1 })).Message);
        Assert.Contains("3 components", Refusal.Of(() => SampleCoefficients.Learn(model, Blocks, [new float[3]], [1, 2])).Message);
        using var small = LlamaModel.Create(TinyLlama.Settings, seed: 1);
        Assert.Contains("160 components", Refusal.Of(() => _ = new ConfidenceTrainer(small, 1, SaeFolder.Load(SandboxModel.LateSae()))).Message);
    }

    private sealed class Values(List<double> values) : IProgress<double>
    {
        public void Report(double value) => values.Add(value);
    }
}
