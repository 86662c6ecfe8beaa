using Steering.Batching;
using Steering.Decoding;
using Steering.Models;

namespace Steering.Tests.Sdk.Batching;

/// <summary>What a conversation is told by a batch is what it would be told alone, whatever the others do.</summary>
[TestClass]
public sealed class BatchingDecoderTests
{
    public required TestContext TestContext { get; init; }

    private static SteerableModel Model => TinyModel.Engine.Model;

    [TestMethod]
    public async Task SixtyFourConversations_ThroughEightSlots_GiveWhatEachGivesAlone()
    {
        DecodeRequest[] requests = [.. Enumerable.Range(0, 64).Select(Conversations.Random)];
        var alone = new List<Completion>();
        using (var one = new BatchingDecoder(Model, new BatchingDecoderOptions { Slots = 1 }))
        {
            foreach (var request in requests)
            {
                alone.Add(await one.CompleteAsync(request));
            }
        }

        Assert.IsGreaterThan(48, alone.Select(completion => string.Join(' ', completion.Ids)).Distinct(StringComparer.Ordinal).Count(), "The conversations are to differ.");
        using var decoder = new BatchingDecoder(Model, new BatchingDecoderOptions { Slots = 8, QueueLength = 4, PrefillChunk = 50, ReadAhead = 3 });
        foreach (var parallelism in (int[])[64, 11, 3])
        {
            var together = await decoder.CompleteAllAsync(requests, parallelism);
            for (var index = 0; index < requests.Length; index++)
            {
                Assert.AreEqual(alone[index], together[index], $"conversation {index}, {parallelism} at once");
            }
        }

        Assert.AreEqual((0, 0), (decoder.ActiveCount, decoder.WaitingCount));
    }

    [TestMethod]
    public async Task Greedy_GivesTheTokensTextsAndActivationsOfGenAiDecoder()
    {
        using var decoder = new BatchingDecoder(Model);
        var genAi = new GenAiDecoder(Model);
        DecodeRequest[] requests = [.. Enumerable.Range(0, 40).Select(Conversations.Random).Select(request => request with { Sampling = request.Sampling with { Temperature = 0, TopK = null, TopP = null, MinP = null } })];
        await Parallel.ForAsync(0, requests.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (index, cancellation) =>
        {
            var expected = await genAi.DecodeAsync(requests[index], cancellation).ToListAsync(cancellation);
            var actual = await decoder.DecodeAsync(requests[index], cancellation).ToListAsync(cancellation);
            Assert.AreSequenceEqual(expected.Select(token => (token.Id, token.Text, token.FinishReason)), actual.Select(token => (token.Id, token.Text, token.FinishReason)), $"conversation {index}");
            foreach (var (one, other) in expected.Zip(actual))
            {
                var (left, right) = (one.Activations.SelectMany(site => site.Values.ToArray()).ToArray(), other.Activations.SelectMany(site => site.Values.ToArray()).ToArray());
                Assert.HasCount(left.Length, right);
                for (var row = 0; row < left.Length; row++)
                {
                    Assert.AreEqual(left[row], right[row], 1e-4f * Math.Max(1, Math.Abs(left[row])), $"conversation {index}");
                }
            }
        });
    }

    [TestMethod]
    public async Task AGateCallbackThatThrows_EndsItsOwnConversationOnly()
    {
        using var decoder = new BatchingDecoder(Model);
        var expected = await decoder.CompleteAsync(Conversations.Greedy(60));
        foreach (var failsAt in (int[])[0, 1, 20])
        {
            var failing = Conversations.Greedy(60, TinyModel.Push(5, gate: Steering.Policies.Gate.Callback("ask"))) with
            {
                Callbacks = new Dictionary<string, GateCallback>(StringComparer.Ordinal)
                {
                    ["ask"] = (in context) => context.GeneratedTokens == failsAt ? throw new InvalidTimeZoneException("not today") : true,
                },
            };
            Task<Completion>[] neighbours = [.. Enumerable.Range(0, 3).Select(_ => decoder.CompleteAsync(Conversations.Greedy(60)))];
            var error = await Assert.ThrowsExactlyAsync<InvalidTimeZoneException>(() => decoder.CompleteAsync(failing));
            Assert.AreEqual("not today", error.Message);
            Assert.AreSequenceEqual([expected, expected, expected], await Task.WhenAll(neighbours));
        }

        Assert.AreEqual(0, decoder.ActiveCount);
    }

    [TestMethod]
    [Timeout(60_000, CooperativeCancellation = true)]
    public async Task AConversationThatFailsUnread_LeavesTheTurnToThePromptBesideIt()
    {
        // So small a share that the prompt waits for the steps of the other.
        using var decoder = new BatchingDecoder(Model, new BatchingDecoderOptions { PrefillShare = 0.01 });
        var expected = await decoder.CompleteAsync(Conversations.Greedy(20, start: 40), TestContext.CancellationToken);
        Task<Completion>? beside = null;
        var failing = Conversations.Greedy(60, TinyModel.Push(5, gate: Steering.Policies.Gate.Callback("ask"))) with
        {
            Callbacks = new Dictionary<string, GateCallback>(StringComparer.Ordinal)
            {
                ["ask"] = (in context) =>
                {
                    if (context.GeneratedTokens == 1)
                    {
                        beside ??= decoder.CompleteAsync(Conversations.Greedy(20, start: 40), TestContext.CancellationToken);
                    }

                    return context.GeneratedTokens == 2 ? throw new InvalidTimeZoneException("not today") : true;
                },
            },
        };
        await using var unread = decoder.DecodeAsync(failing, TestContext.CancellationToken).GetAsyncEnumerator(TestContext.CancellationToken);
        Assert.IsTrue(await unread.MoveNextAsync());
        while (beside is null)
        {
            await Task.Yield();
        }

        Assert.AreEqual(expected, await beside.WaitAsync(TestContext.CancellationToken));
    }

    [TestMethod]
    public async Task ACancelledConversation_FreesItsSlot_AndHarmsNoNeighbour()
    {
        using var decoder = new BatchingDecoder(Model, new BatchingDecoderOptions { Slots = 3 });
        var expected = await decoder.CompleteAsync(Conversations.Greedy(80));
        for (var round = 0; round < 5; round++)
        {
            using var cancellation = new CancellationTokenSource();
            Task<Completion>[] neighbours = [.. Enumerable.Range(0, 2).Select(_ => decoder.CompleteAsync(Conversations.Greedy(80)))];
            var read = 0;
            await Assert.ThrowsAsync<OperationCanceledException>(async () =>
            {
                await foreach (var _ in decoder.DecodeAsync(Conversations.Greedy(900, TinyModel.Push(4)), cancellation.Token))
                {
                    if (++read == 3)
                    {
                        await cancellation.CancelAsync();
                    }
                }
            });
            Assert.AreEqual(3, read);
            Assert.AreSequenceEqual([expected, expected], await Task.WhenAll(neighbours));
        }

        Assert.AreEqual(expected, await decoder.CompleteAsync(Conversations.Greedy(80)));
    }

    [TestMethod]
    public async Task AFullQueue_RefusesOrLetsWait_AndHarmsNoNeighbour()
    {
        using var refusing = new BatchingDecoder(Model, new BatchingDecoderOptions { Slots = 2, QueueLength = 1, RefuseWhenFull = true });
        var expected = await refusing.CompleteAsync(Conversations.Greedy(50));
        await using var held = refusing.DecodeAsync(Conversations.Greedy(50)).GetAsyncEnumerator();
        await using var other = refusing.DecodeAsync(Conversations.Greedy(50)).GetAsyncEnumerator();
        Assert.IsTrue(await held.MoveNextAsync());
        Assert.IsTrue(await other.MoveNextAsync());
        var waiting = refusing.CompleteAsync(Conversations.Greedy(50));
        var refusal = await Assert.ThrowsExactlyAsync<DecoderBusyException>(() => refusing.CompleteAsync(Conversations.Greedy(50)));
        StringAssert.Contains(refusal.Message, "2 conversations are decoded and 1 wait", StringComparison.Ordinal);
        Assert.IsFalse(waiting.IsCompleted);
        var ids = new List<int> { held.Current.Id };
        while (await held.MoveNextAsync())
        {
            ids.Add(held.Current.Id);
        }

        Assert.AreSequenceEqual(expected.Ids, ids);
        Assert.AreEqual(expected, await waiting);

        using var patient = new BatchingDecoder(Model, new BatchingDecoderOptions { Slots = 2, QueueLength = 0 });
        Assert.IsTrue((await Task.WhenAll(Enumerable.Range(0, 9).Select(_ => patient.CompleteAsync(Conversations.Greedy(50))))).All(expected.Equals));
    }

    [TestMethod]
    public async Task ConversationsAreAdmittedInTheOrderOfTheirArrival()
    {
        using var decoder = new BatchingDecoder(Model, new BatchingDecoderOptions { Slots = 1, ReadAhead = 1 });
        var finished = new List<int>();
        await using var first = decoder.DecodeAsync(Conversations.Greedy(8)).GetAsyncEnumerator();
        Assert.IsTrue(await first.MoveNextAsync());

        // Started one after the other: each stands in line before the next is started.
        Task[] others = [.. Enumerable.Range(0, 6).Select(Follow)];
        while (await first.MoveNextAsync())
        {
        }

        await first.DisposeAsync();
        await Task.WhenAll(others);
        Assert.AreSequenceEqual([0, 1, 2, 3, 4, 5], finished);

        async Task Follow(int index)
        {
            await foreach (var token in decoder.DecodeAsync(Conversations.Greedy(4 + (index % 2))))
            {
                if (token.FinishReason != FinishReason.None)
                {
                    lock (finished)
                    {
                        finished.Add(index);
                    }
                }
            }
        }
    }

    [TestMethod]
    public async Task Dispose_WhileConversationsRunAndWait_EndsThemAll()
    {
        var decoder = new BatchingDecoder(Model, new BatchingDecoderOptions { Slots = 2, QueueLength = 1 });
        await using var running = decoder.DecodeAsync(Conversations.Greedy(900)).GetAsyncEnumerator();
        Assert.IsTrue(await running.MoveNextAsync());
        Task[] others = [.. Enumerable.Range(0, 6).Select(_ => decoder.CompleteAsync(Conversations.Greedy(900)))];
        decoder.Dispose();
        foreach (var other in others)
        {
            await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => other);
        }

        await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => decoder.CompleteAsync(Conversations.Greedy(1)));
        decoder.Dispose();
    }

    [TestMethod]
    public async Task AReaderThatIsBehind_PausesItsConversation_AndNoOther()
    {
        using var decoder = new BatchingDecoder(Model, new BatchingDecoderOptions { Slots = 2, ReadAhead = 2 });
        var expected = await decoder.CompleteAsync(Conversations.Greedy(40));
        await using var slow = decoder.DecodeAsync(Conversations.Greedy(40)).GetAsyncEnumerator();
        Assert.IsTrue(await slow.MoveNextAsync());
        for (var turn = 0; turn < 5; turn++)
        {
            Assert.AreEqual(expected, await decoder.CompleteAsync(Conversations.Greedy(40)));
        }

        var ids = new List<int> { slow.Current.Id };
        while (await slow.MoveNextAsync())
        {
            ids.Add(slow.Current.Id);
        }

        Assert.AreSequenceEqual(expected.Ids, ids);
    }

    [TestMethod]
    public async Task TheLoop_AllocatesNothingForAToken()
    {
        using var decoder = new BatchingDecoder(Model, new BatchingDecoderOptions { ReadAhead = 1024, MaxTokens = 1024 });

        // The first conversations make the bindings for each number of rows; what is left is the step.
        DecodeRequest[] requests = [.. Enumerable.Range(0, 8).Select(index => Conversations.Greedy(900, TinyModel.Push(index, seed: index)) with
        {
            Sampling = index % 2 == 0 ? SamplingOptions.Greedy : new SamplingOptions { Temperature = 1, TopK = 20, TopP = 0.9f, MinP = 0.01f, RepetitionPenalty = 1.1f, Seed = index },
        })];
        await decoder.CompleteAllAsync(requests, 8);
        var readers = requests.Select(request => decoder.DecodeAsync(request).GetAsyncEnumerator()).ToArray();
        foreach (var reader in readers)
        {
            Assert.IsTrue(await reader.MoveNextAsync());
        }

        while (decoder.Loop.Steps == 0 || readers[0].Current.Id < 0)
        {
            await Task.Yield();
        }

        var (steps, bytes) = (decoder.Loop.Steps, decoder.Loop.AllocatedBytes);
        await Task.WhenAll(readers.Select(async reader =>
        {
            while (await reader.MoveNextAsync())
            {
            }
        }));
        var taken = decoder.Loop.Steps - steps;
        Assert.IsGreaterThan(400, taken);

        // Wider masks, and conversations that leave, bind again: some thousand bytes each, a handful of times.
        Assert.IsLessThan(100, (decoder.Loop.AllocatedBytes - bytes) / taken);
    }

    [TestMethod]
    [TestCategory("Slow")]
    public async Task TenThousandConversations_LeaveNothingBehind()
    {
        using var decoder = new BatchingDecoder(Model);
        await Chat(2000);
        var (managed, resident) = Memory();
        await Chat(10_000);
        var (managedAfter, residentAfter) = Memory();
        Assert.IsLessThan(1 << 20, managedAfter - managed);
        Assert.IsLessThan(24 << 20, residentAfter - resident);

        async Task Chat(int conversations) => await Parallel.ForAsync(0, conversations, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (index, cancellation) =>
        {
            var request = Conversations.Random(index % 32);
            await decoder.CompleteAsync(request with { PromptIds = [.. request.PromptIds.Take(8)], MaxTokens = 3, MinTokens = 0 }, cancellation);
        });

        static (long Managed, long Resident) Memory()
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
            return (GC.GetTotalMemory(forceFullCollection: true), Environment.WorkingSet);
        }
    }
}
