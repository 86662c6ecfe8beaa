using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Steering.Batching;
using Steering.Decoding;
using Steering.Models;
using Steering.Policies;
using Steering.Sandbox.Bundle;
using Steering.Tensors;

namespace Steering.Tests.Sdk.Models;

/// <summary>The short form of trials in which one thread disposes of what others use, and of what is left behind when something throws.</summary>
[TestClass]
public sealed class DisposeWhileUsedTests
{
    private static readonly DecodeRequest Endless = TinyModel.Request(TinyModel.Push(2), maxTokens: 900) with { IgnoreEndTokens = true };

    /// <summary>A host that stops while clients keep asking: each of them is told, and the process lives.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task AHostThatStopsWhileClientsAsk_TellsThemAll(bool batching)
    {
        for (var round = 0; round < 5; round++)
        {
            var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
            builder.Services.AddSteering(options =>
            {
                options.ModelPath = TinyModel.Folder;
                options.Batching = batching ? new BatchingDecoderOptions { Slots = 2 } : null;
            });
            builder.Services.AddSteeredChatClient();
            var host = builder.Build();
            await host.StartAsync();
            var chat = host.Services.GetRequiredService<IChatClient>();
            using var replies = new SemaphoreSlim(0);
            var clients = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
            {
                while (true)
                {
                    await chat.GetResponseAsync("hi", new ChatOptions { MaxOutputTokens = 4 });
                    replies.Release();
                }
            })).ToArray();
            for (var reply = 0; reply < 8; reply++)
            {
                await replies.WaitAsync();
            }

            await host.StopAsync();
            host.Dispose();
            foreach (var client in clients)
            {
                await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => client);
            }
        }
    }

    [TestMethod]
    public void AGenerationDisposedOfWhileItRuns_EndsItsLoop()
    {
        for (var round = 0; round < 200; round++)
        {
            var generation = TinyModel.Engine.Model.Start(Endless);
            using var started = new ManualResetEventSlim();
            var runner = Task.Run(() => Run(generation, started));
            started.Wait();
            generation.Dispose();
            Assert.ThrowsExactly<ObjectDisposedException>(() => runner.GetAwaiter().GetResult());
        }
    }

    [TestMethod]
    public void AModelDisposedOfWhileGenerationsRun_EndsThemAll()
    {
        for (var round = 0; round < 10; round++)
        {
            var model = SteerableModel.Load(TinyModel.Folder);
            var starts = Enumerable.Range(0, 3).Select(_ => new ManualResetEventSlim()).ToArray();
            var runners = Array.ConvertAll(starts, started => Task.Run(() =>
            {
                using var generation = model.Start(Endless);
                Run(generation, started);
            }));
            Array.ForEach(starts, started => started.Wait());
            model.Dispose();
            Array.ForEach(runners, runner => Assert.ThrowsExactly<ObjectDisposedException>(() => runner.GetAwaiter().GetResult()));
            Array.ForEach(starts, started => started.Dispose());
        }
    }

    [TestMethod]
    public void AForwardPassDisposedOfWhileItRuns_EndsItsLoop()
    {
        for (var round = 0; round < 20; round++)
        {
            var pass = ForwardPass.Load(TinyModel.Folder);
            using var started = new ManualResetEventSlim();
            var runner = Task.Run(() =>
            {
                while (true)
                {
                    pass.Run(TinyModel.Prompt);
                    started.Set();
                }
            });
            started.Wait();
            pass.Dispose();
            Assert.ThrowsExactly<ObjectDisposedException>(() => runner.GetAwaiter().GetResult());
        }
    }

    [TestMethod]
    public void ThousandsOfStarts_ThatFailOrAreDisposedOf_LeaveTheModelWhole()
    {
        var expected = TinyModel.Decode(TinyModel.Request(TinyModel.Push(2), maxTokens: 4));
        var lacksItsCallback = TinyModel.Request(TinyModel.Push(2, gate: Gate.Callback("ask")), maxTokens: 4);
        for (var cycle = 0; cycle < 2000; cycle++)
        {
            TinyModel.Engine.Model.Start(Endless).Dispose();
            Assert.ThrowsExactly<SteeringException>(() => TinyModel.Engine.Model.Start(lacksItsCallback));
        }

        Assert.AreSequenceEqual(expected, TinyModel.Decode(TinyModel.Request(TinyModel.Push(2), maxTokens: 4)));
    }

    /// <summary>Features that compete bind their SAE's encoder by address: neither a start that throws nor a generation that is forgotten may hold it for ever.</summary>
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void AStartThatFailsOrIsForgotten_LetsGoOfTheEncoder(bool fails)
    {
        var encoder = StartOnOwnEngine(fails);
        for (var collection = 0; collection < 5 && encoder.IsAlive; collection++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.IsFalse(encoder.IsAlive);
    }

    [TestMethod]
    public unsafe void APinnedPartOfAMappedFile_StaysMapped_UntilItIsLetGoOf()
    {
        var path = Path.Combine(TinyModel.NewFolder(), "bytes");
        File.WriteAllBytes(path, [7, 8, 9]);
        var file = MappedFile.Open(path);
        var memory = file.Memory(0, 3);
        var pin = memory.Pin();
        file.Dispose();
        Assert.AreEqual(9, ((byte*)pin.Pointer)[2]);
        Assert.ThrowsExactly<ObjectDisposedException>(() => memory.Span.Length);
        Assert.ThrowsExactly<ObjectDisposedException>(() => memory.Pin());
        pin.Dispose();
    }

    [TestMethod]
    public void ANativeBuffer_DisposedOf_GivesNoAddress()
    {
        var buffer = new NativeBuffer<float>(4);
        buffer.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => buffer.Address);
        Assert.ThrowsExactly<ObjectDisposedException>(() => buffer.Span.Length);
    }

    private static void Run(SteeredGeneration generation, ManualResetEventSlim started)
    {
        while (true)
        {
            if (!generation.MoveNext())
            {
                generation.Rewind(generation.TokenCount);
            }

            started.Set();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference StartOnOwnEngine(bool fails)
    {
        using var engine = SandboxModel.Bundle.LoadEngine();
        engine.Resources.AddCallback("ask");
        var policy = engine.Compile(SteeringPolicy.Create("ablate").Ablate(Feature.Of(SandboxBundle.DefaultSae, 12), gate: Gate.Callback("ask")));
        var request = new DecodeRequest { PromptIds = [5, 6], MaxTokens = 4, Policy = policy };
        if (fails)
        {
            Assert.ThrowsExactly<SteeringException>(() => engine.Model.Start(request));
        }
        else
        {
            var callbacks = new Dictionary<string, GateCallback>(StringComparer.Ordinal) { ["ask"] = (in GateContext _) => true };
            Assert.IsTrue(engine.Model.Start(request with { Callbacks = callbacks }).MoveNext());
        }

        Assert.IsTrue(MemoryMarshal.TryGetArray(policy.Sites[0].Encoder!.Weights, out var weights));
        return new WeakReference(weights.Array);
    }
}
