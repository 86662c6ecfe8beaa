using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Steering.Batching;
using Steering.Decoding;
using Steering.Models;

namespace Steering.Tests.Sdk.Models;

/// <summary>One copy of the weights for all that run the same graph, and none of GenAI's where nothing needs it.</summary>
[TestClass]
public sealed class GraphSessionTests
{
    [TestMethod]
    public void WhoeverOpensTheSameGraph_SharesItsSession_AndTheLastClosesIt()
    {
        var folder = TinyModel.CopyOfFolder();
        var path = Path.Combine(folder, "model.onnx");
        var config = GenAiConfig.Load(folder);
        var first = GraphSession.Open(path, config, ExecutionDevice.Cpu, 1);
        var second = GraphSession.Open(path, config, ExecutionDevice.Cpu, 1);
        using (var other = GraphSession.Open(path, config, ExecutionDevice.Cpu, 2))
        {
            Assert.AreSame(first.Session, second.Session);
            Assert.AreNotSame(first.Session, other.Session);
        }

        first.Dispose();
        first.Dispose();
        Assert.AreEqual(1, GraphSession.ThreadsOfOpen(path, ExecutionDevice.Cpu));
        using (var pass = ForwardPass.Load(folder, new SteerableModelOptions { Threads = 1 }))
        {
            Assert.HasCount(TinyModel.Vocabulary, pass.Run([5]).Logits);
        }

        File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(path).AddSeconds(1));
        using (var written = GraphSession.Open(path, config, ExecutionDevice.Cpu, 1))
        {
            Assert.AreNotSame(second.Session, written.Session);
        }

        second.Dispose();
        Assert.IsNull(GraphSession.ThreadsOfOpen(path, ExecutionDevice.Cpu));
        File.WriteAllText(path, "no graph");
        for (var time = 0; time < 2; time++)
        {
            Refusal.Of(() => GraphSession.Open(path, config, ExecutionDevice.Cpu, 1).Dispose(), "cannot load", path);
        }

        Assert.IsNull(GraphSession.ThreadsOfOpen(path, ExecutionDevice.Cpu));
    }

    /// <summary>Each opens, runs and closes while others do.</summary>
    [TestMethod]
    public void Sharing_FromManyThreads_NeverRunsAClosedSession()
    {
        var expected = Logits();
        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ => Assert.AreSequenceEqual(expected, Logits()));

        static float[] Logits()
        {
            using var pass = ForwardPass.Load(TinyModel.Folder, new SteerableModelOptions { Threads = 3, VerifyWeights = false });
            return pass.Run(TinyModel.Prompt).Logits;
        }
    }

    [TestMethod]
    public async Task BatchesPassesAndTheCanary_DoWithoutGenAi()
    {
        using var model = SteerableModel.Load(TinyModel.Folder, new SteerableModelOptions { LoadGenAiWhenNeeded = true });
        using var engine = new SteeringEngine(model, new Steering.Compilation.SteeringResources()) { OwnsModel = false };
        var request = TinyModel.Request(TinyModel.Push(20));
        using (var decoder = new BatchingDecoder(model))
        {
            Assert.AreSequenceEqual(TinyModel.Decode(request), (await decoder.CompleteAsync(request)).Ids);
            Assert.IsNotEmpty(model.Tokenizer.ApplyChatTemplate([("user", "hi")]));
            engine.RunCanary();
            Assert.IsFalse(model.HasGenAi);
        }

        Assert.AreSequenceEqual(TinyModel.Decode(request), (await new GenAiDecoder(model).CompleteAsync(request)).Ids);
        Assert.IsTrue(model.HasGenAi);
        engine.RunCanary();
    }

    [TestMethod]
    public void TheCanary_OnABatchesGraph_FindsADeafModel()
    {
        using var model = SteerableModel.Load(TinyModel.Deaf, new SteerableModelOptions { LoadGenAiWhenNeeded = true });
        using var engine = new SteeringEngine(model, new Steering.Compilation.SteeringResources()) { OwnsModel = false };
        using var decoder = new BatchingDecoder(model);
        Refusal.Of(() => engine.RunCanary(), "canary", TinyModel.Site);
        Assert.IsFalse(model.HasGenAi);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task AHostThatBatches_LoadsNoGenAi(bool batches)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSteering(options => (options.ModelPath, options.Batching) = (TinyModel.Folder, batches ? new BatchingDecoderOptions() : null));
        using var host = builder.Build();
        await host.StartAsync();
        Assert.HasCount(24, (await host.Services.GetRequiredService<ISteeredDecoder>().CompleteAsync(Sdk.Batching.Conversations.Greedy(24))).Ids);
        Assert.AreEqual(!batches, host.Services.GetRequiredService<SteeringEngine>().Model.HasGenAi);
        await host.StopAsync();
    }
}
