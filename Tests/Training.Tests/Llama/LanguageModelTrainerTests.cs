using Steering.Training.Llama;

namespace Steering.Tests.Training.Llama;

[TestClass]
public sealed class LanguageModelTrainerTests
{
    [TestMethod]
    public void Step_OnAnEasyText_LearnsIt()
    {
        using var trainer = LanguageModelTrainer.Start(TinyLlama.Options with { Tokens = 250 * 64 });
        var losses = Run(trainer);
        Assert.AreEqual(Math.Log(TinyLlama.Settings.VocabularySize), losses[0], 0.1, "an untrained model knows nothing");
        Assert.IsLessThan(1.5, losses[^1], "each token follows from the two before it");
    }

    [TestMethod]
    public void Resume_GivesTheBitsOfAnUninterruptedRun()
    {
        using var folder = new TemporaryFolder();
        using var whole = LanguageModelTrainer.Start(TinyLlama.Options);
        var expected = Run(whole);
        List<double> losses;
        using (var first = LanguageModelTrainer.Start(TinyLlama.Options))
        {
            losses = Run(first, until: 23);
            LanguageModelCheckpoint.Save(folder["run"], first);
        }

        using var second = LanguageModelCheckpoint.Resume(folder["run"], TinyLlama.Options);
        Assert.AreEqual(23, second.StepsDone);
        losses.AddRange(Run(second));
        Assert.AreSequenceEqual(expected, losses);
        foreach (var ((name, one), (_, other)) in whole.Model.Named.Zip(second.Model.Named))
        {
            Assert.AreSequenceEqual(one.data<float>().ToArray(), other.data<float>().ToArray(), name);
        }
    }

    [TestMethod]
    public void Start_WithAnotherSeed_GivesOtherWeights()
    {
        using var one = LlamaModel.Create(TinyLlama.Settings, 1);
        using var again = LlamaModel.Create(TinyLlama.Settings, 1);
        using var other = LlamaModel.Create(TinyLlama.Settings, 2);
        float[] First(LlamaModel model) => model.Named[0].Value.data<float>().ToArray();
        Assert.AreSequenceEqual(First(one), First(again));
        Assert.AreNotEqual(First(one)[0], First(other)[0]);
    }

    [TestMethod]
    public void Options_ThatCannotBe_AreRefused()
    {
        Refuse(TinyLlama.Options with { Tokens = 0 }, "0 tokens");
        Refuse(TinyLlama.Options with { WindowLength = 33 }, "33", "1 to 32");
        Refuse(TinyLlama.Options with { BatchWindows = 0 }, "0 windows");
        Refuse(TinyLlama.Options with { LearningRate = double.NaN }, "NaN");
        Refuse(TinyLlama.Options with { WarmUpShare = 1.5 }, "1.5");
        Refuse(TinyLlama.Options with { WeightDecay = 200 }, "200");
        Refuse(TinyLlama.Options with { GradientClip = 0 }, "gradient norm of 0");

        static void Refuse(LanguageModelOptions options, params string[] parts) => Refusal.Of(() => LanguageModelTrainer.Start(options).Dispose(), parts);
    }

    [TestMethod]
    public void Step_OfOtherWindows_IsRefusedAndChangesNothing()
    {
        using var trainer = LanguageModelTrainer.Start(TinyLlama.Options);
        var before = trainer.Model.Named[0].Value.data<float>().ToArray();
        var batch = TinyLlama.Windows().Take(4).ToArray();
        Refusal.Of(() => trainer.Step(batch[..3]), "3 windows", "4 of 17");
        Refusal.Of(() => trainer.Step([.. batch[..3], new int[16]]), "16", "17");
        Refusal.Of(() => trainer.Step([.. batch[..3], [.. Enumerable.Repeat(64, 17)]]), "Token id 64", "window 3", "64");
        Assert.AreSequenceEqual(before, trainer.Model.Named[0].Value.data<float>().ToArray());
        Assert.AreEqual(0, trainer.StepsDone);
    }

    [TestMethod]
    public void Resume_OfAnotherRunOrADamagedFile_IsRefused()
    {
        using var folder = new TemporaryFolder();
        using (var trainer = LanguageModelTrainer.Start(TinyLlama.Options))
        {
            LanguageModelCheckpoint.Save(folder["run"], trainer);
            LlamaFolder.Write(trainer.Model, folder.Path, halfPrecision: false, beginToken: 1, endToken: 2, padToken: 0);
        }

        Refusal.Of(() => LanguageModelCheckpoint.Resume(folder["run"], TinyLlama.Options with { LearningRate = 0.02 }).Dispose(), "other options", "0.02");
        Refusal.Of(() => LanguageModelCheckpoint.Resume(folder["model.safetensors"], TinyLlama.Options).Dispose(), "no checkpoint");
        File.WriteAllBytes(folder["cut"], File.ReadAllBytes(folder["run"])[..^100]);
        Refusal.Of(() => LanguageModelCheckpoint.Resume(folder["cut"], TinyLlama.Options).Dispose(), "cut");
    }

    private static List<double> Run(LanguageModelTrainer trainer, long until = long.MaxValue)
    {
        var losses = new List<double>();
        foreach (var batch in TinyLlama.Windows().Skip((int)trainer.StepsDone * 4).Chunk(4))
        {
            if (trainer.IsFinished || trainer.StepsDone >= until)
            {
                break;
            }

            losses.Add(trainer.Step(batch).Loss);
        }

        return losses;
    }
}
