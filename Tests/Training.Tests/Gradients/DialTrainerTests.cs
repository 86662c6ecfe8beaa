using Steering.Analysis.Selection;
using Steering.Compilation;
using Steering.Export.Checkpoints;
using Steering.Models;
using Steering.Policies;
using Steering.Saes.Formats;
using Steering.Sandbox.Corpora;
using Steering.Tests.Training.Llama;
using Steering.Tokenizers;
using Steering.Training.Gradients;
using Steering.Training.Llama;

namespace Steering.Tests.Training.Gradients;

/// <summary>Dials of the bundled model. What they are said to do is compared with the graph under the compiled policy.</summary>
[TestClass]
public sealed class DialTrainerTests
{
    private const int Blocks = 5;

    private static readonly DialOptions Quick = new() { Iterations = 24, BatchExamples = 4, Dials = 6, LearningRate = 0.1, Penalty = 0.001, Seed = 1 };

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Learn_MakesTheTextsLikelier_AsTheGraphUnderThePolicySays(bool pushes)
    {
        using var checkpoint = Checkpoint.Open(SandboxModel.Bundle.CheckpointFolder);
        using var model = LlamaModel.Load(checkpoint);
        var sae = SaeFolder.Load(SandboxModel.LateSae());
        var examples = Examples();
        var learned = new DialTrainer(model, Blocks, sae).Learn(examples, Quick with { Pushes = pushes });

        Assert.HasCount(Quick.Dials, learned.Dials);
        Assert.HasCount(Quick.Dials, learned.Dials.DistinctBy(dial => dial.Latent));
        Assert.IsLessThan(learned.LossBefore - 0.0005, learned.LossAfter);
        if (!pushes)
        {
            Assert.IsFalse(learned.Dials.Any(dial => dial.IsPush), "only gains were asked for");
        }

        // Another implementation of everything: ONNX Runtime, the socket, the SAE's competition in the graph. fp16 weights in both.
        var policy = learned.AddTo(SteeringPolicy.Create("learned"), "late");
        using var pass = ForwardPass.Load(SandboxModel.Folder());
        var compiled = new PolicyCompiler(pass.Manifest!, new SteeringResources().AddSae("late", sae)).Compile(policy);
        Assert.AreEqual(Loss(pass, examples, CompiledPolicy.Empty), learned.LossBefore, 1e-3);
        Assert.AreEqual(Loss(pass, examples, compiled), learned.LossAfter, 1e-3);
    }

    [TestMethod]
    public void Learn_MakesSomeTextsLessLikely_WhileOthersStay_AsTheGraphUnderThePolicySays()
    {
        using var checkpoint = Checkpoint.Open(SandboxModel.Bundle.CheckpointFolder);
        using var model = LlamaModel.Load(checkpoint);
        var sae = SaeFolder.Load(SandboxModel.LateSae());
        var all = Examples();
        DialExample[] unwanted = [.. all[..4].Select(example => example with { Aim = DialAim.LessLikely })];
        DialExample[] still = [.. all[4..].Select(example => example with { Aim = DialAim.Unchanged })];
        var learned = new DialTrainer(model, Blocks, sae).Learn([.. unwanted, .. still], Quick with { Iterations = 40 });

        using var pass = ForwardPass.Load(SandboxModel.Folder());
        var compiled = new PolicyCompiler(pass.Manifest!, new SteeringResources().AddSae("late", sae)).Compile(learned.AddTo(SteeringPolicy.Create("learned"), "late"));
        var (avoided, moved, weight) = Losses(pass, unwanted, still, compiled);
        var (before, nothing, _) = Losses(pass, unwanted, still, CompiledPolicy.Empty);
        Assert.AreEqual(0, nothing, 1e-12);
        Assert.AreEqual(before / weight, learned.LossBefore, 1e-3);
        Assert.AreEqual((avoided + moved) / weight, learned.LossAfter, 1e-3);
        Assert.IsLessThan(before - 1, avoided, "the texts became less likely by more than rounding");
        Assert.IsGreaterThan(0, moved);
        Assert.IsLessThan(before - avoided, moved, "and what was to stay paid less than that");
    }

    [TestMethod]
    public void Learn_WhatIsToStay_IsLeftAlone()
    {
        using var checkpoint = Checkpoint.Open(SandboxModel.Bundle.CheckpointFolder);
        using var model = LlamaModel.Load(checkpoint);
        DialExample[] still = [.. Examples().Select(example => example with { Aim = DialAim.Unchanged })];
        var learned = new DialTrainer(model, Blocks, SaeFolder.Load(SandboxModel.LateSae())).Learn(still, Quick with { Iterations = 4 });
        Assert.AreEqual(0, learned.LossBefore, 1e-6);
        Assert.AreEqual(0, learned.LossAfter, 1e-4, "rounding alone turns a dial");
    }

    [TestMethod]
    public void Learn_WithTheSameSeed_GivesTheSameDials()
    {
        using var checkpoint = Checkpoint.Open(SandboxModel.Bundle.CheckpointFolder);
        using var model = LlamaModel.Load(checkpoint);
        var trainer = new DialTrainer(model, Blocks, SaeFolder.Load(SandboxModel.LateSae()));
        var reported = new List<double>();
        var one = trainer.Learn(Examples(), Quick with { Iterations = 6 }, new Values(reported));
        var other = trainer.Learn(Examples(), Quick with { Iterations = 6 });
        CollectionAssert.AreEqual(one.Dials.ToArray(), other.Dials.ToArray());
        Assert.HasCount(6, reported);
    }

    [TestMethod]
    public void Learn_KeepsToItsBounds()
    {
        using var checkpoint = Checkpoint.Open(SandboxModel.Bundle.CheckpointFolder);
        using var model = LlamaModel.Load(checkpoint);
        var options = Quick with { LearningRate = 2, LargestGain = 0.5f, LargestPush = 0.03f };
        var learned = new DialTrainer(model, Blocks, SaeFolder.Load(SandboxModel.LateSae())).Learn(Examples(), options);
        foreach (var dial in learned.Dials)
        {
            Assert.IsLessThanOrEqualTo(dial.IsPush ? 0.03f + 1e-6f : 0.5f, Math.Abs(dial.IsPush ? dial.Value : dial.Value - 1));
        }
    }

    [TestMethod]
    public void Learn_FromWhatCannotTeach_IsRefused()
    {
        using var checkpoint = Checkpoint.Open(SandboxModel.Bundle.CheckpointFolder);
        using var model = LlamaModel.Load(checkpoint);
        var sae = SaeFolder.Load(SandboxModel.LateSae());
        var trainer = new DialTrainer(model, Blocks, sae);
        Refusal.Of(() => trainer.Learn([]), "0 texts", "no token that counts");
        Refusal.Of(() => trainer.Learn([new([1, 2, 3], [0, 0, 0])]), "no token that counts");
        Refusal.Of(() => trainer.Learn([new([1, 2, 3], [0, 1])]), "Text 0", "3 tokens and 2 weights");
        Refusal.Of(() => trainer.Learn([new([1, 2], [0, -1])]), "finite weights of 0 or more");
        Refusal.Of(() => trainer.Learn([new([1, 2], [1, 1])]), "the first of them 0");
        Refusal.Of(() => trainer.Learn(Examples(), Quick with { Dials = 0 }), "0 dials");
        Refusal.Of(() => trainer.Learn(Examples(), Quick with { LearningRate = double.NaN }), "learning rate of NaN");
        using var other = LlamaModel.Create(TinyLlama.Settings, seed: 1);
        Refusal.Of(() => _ = new DialTrainer(other, 1, sae), "160 components", "16");
    }

    /// <summary>Documents of which every second token counts.</summary>
    private static DialExample[] Examples()
    {
        var tokenizer = TextTokenizer.Load(SandboxModel.Bundle.CheckpointFolder);
        return
        [
            .. new SandboxCorpus(seed: 2).Documents(CorpusSplit.Train).Take(8)
                .Select(document => tokenizer.Encode(document.Text).Take(96).ToArray())
                .Select(ids => new DialExample(ids, [.. ids.Select((_, token) => token % 2)])),
        ];
    }

    private static double Loss(ForwardPass pass, IReadOnlyList<DialExample> examples, CompiledPolicy policy)
    {
        var (loss, weight) = (0.0, 0.0);
        foreach (var example in examples)
        {
            var result = pass.Run([.. example.Ids], policy);
            for (var token = 1; token < example.Ids.Count; token++)
            {
                loss += example.Weights[token] * result.LossAt(token - 1, example.Ids[token]);
                weight += example.Weights[token];
            }
        }

        return loss / weight;
    }

    /// <summary>Sums of weight · P over some texts and of weight · KL(P₀ ‖ P) over others, and of the weights of both, by another implementation.</summary>
    private static (double Likelihood, double Divergence, double Weight) Losses(ForwardPass pass, DialExample[] unwanted, DialExample[] still, CompiledPolicy policy)
    {
        var (likelihood, divergence, weight) = (0.0, 0.0, 0.0);
        foreach (var example in unwanted)
        {
            var result = pass.Run([.. example.Ids], policy);
            for (var token = 1; token < example.Ids.Count; token++)
            {
                likelihood += example.Weights[token] * Math.Exp(-result.LossAt(token - 1, example.Ids[token]));
                weight += example.Weights[token];
            }
        }

        foreach (var example in still)
        {
            var (before, after) = (pass.Run([.. example.Ids]), pass.Run([.. example.Ids], policy));
            for (var token = 1; token < example.Ids.Count; token++)
            {
                weight += example.Weights[token];
                for (var id = 0; example.Weights[token] > 0 && id < before.VocabularySize; id++)
                {
                    var (p, q) = (-before.LossAt(token - 1, id), -after.LossAt(token - 1, id));
                    divergence += example.Weights[token] * Math.Exp(p) * (p - q);
                }
            }
        }

        return (likelihood, divergence, weight);
    }

    private sealed class Values(List<double> values) : IProgress<double>
    {
        public void Report(double value) => values.Add(value);
    }
}
