using Steering.Analysis.Harvest;
using Steering.Tests.Training.Llama;
using Steering.Tests.Training.Trainer;
using Steering.Training.Autoencoders;
using Steering.Training.Llama;
using Steering.Training.Trainer;

namespace Steering.Tests.Training;

/// <summary>What owns sessions, threads and native memory here, after its Dispose and while it is disposed of.</summary>
[TestClass]
public sealed class DisposedTests
{
    private const string Site = "resid_post.4";

    [TestMethod]
    public void APartOfAModel_DisposedOf_RunsNoMore()
    {
        var head = SiteHead.Load(SandboxModel.Folder(), Site);
        var tail = SiteTail.Load(SandboxModel.Folder(), Site);
        var (residual, logits) = (new float[3 * head.HiddenSize], new float[3 * tail.VocabularySize]);
        head.Run([5, 6, 7], 1, 3, residual);
        tail.Run(residual, 1, 3, logits);
        head.Dispose();
        tail.Dispose();
        head.Dispose();
        tail.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => head.Run([5, 6, 7], 1, 3, residual));
        Assert.ThrowsExactly<ObjectDisposedException>(() => tail.Run(residual, 1, 3, logits));
    }

    [TestMethod]
    public void APartOfAModel_DisposedOfWhileItRuns_EndsItsLoop()
    {
        for (var round = 0; round < 5; round++)
        {
            var head = SiteHead.Load(SandboxModel.Folder(), Site);
            using var started = new ManualResetEventSlim();
            var runner = Task.Run(() =>
            {
                var residual = new float[3 * head.HiddenSize];
                while (true)
                {
                    head.Run([5, 6, 7], 1, 3, residual);
                    started.Set();
                }
            });
            started.Wait();
            head.Dispose();
            Assert.ThrowsExactly<ObjectDisposedException>(() => runner.GetAwaiter().GetResult());
        }
    }

    [TestMethod]
    public void ATrainer_DisposedOf_StepsNoMore()
    {
        var options = new TrainingOptions { Autoencoder = new TopKSettings { K = 3 }, LatentCount = 64, BatchSize = 32, Tokens = 3200 };
        var rows = SyntheticRows.Make(32, 3, seed: 1);
        var trainer = SaeTrainer.Start(options, rows, SyntheticRows.Width);
        trainer.Step(rows);
        trainer.Dispose();
        trainer.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => trainer.Step(rows));
        Assert.ThrowsExactly<ObjectDisposedException>(() => trainer.ToParameters());
    }

    [TestMethod]
    public void ALanguageModelTrainer_DisposedOf_StepsNoMore()
    {
        var trainer = LanguageModelTrainer.Start(TinyLlama.Options);
        trainer.Dispose();
        trainer.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => trainer.Step([]));
    }
}
