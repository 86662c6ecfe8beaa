using Steering.Batching;
using Steering.Decoding;

namespace Steering.Tests.Sdk.Batching;

/// <summary>How the loop ends: always, and with its cause told to everybody.</summary>
[TestClass]
public sealed class BatchLoopEndTests
{
    private const int Turns = 20_000;

    public required TestContext TestContext { get; init; }

    [TestMethod]
    [Timeout(60_000, CooperativeCancellation = true)]
    public void ASignal_IsKeptWheneverItComes()
    {
        var signal = new WorkSignal();
        signal.Wake();
        signal.Wait();
        Assert.IsTrue(signal.BeginTurn());

        // Between the beginning of a turn and its wait.
        signal.Wake();
        signal.Wait();
        Assert.IsTrue(signal.BeginTurn());
        signal.End();
        signal.Wait();

        // What was signalled before a turn is that turn's, but an end stays.
        Assert.IsFalse(signal.BeginTurn());
        signal.Wait();
        signal.Wake();
        Assert.IsFalse(signal.BeginTurn());
    }

    /// <summary>A thread in the form of the loop's, woken and ended at all distances; a lost signal leaves it waiting.</summary>
    [TestMethod]
    [Timeout(120_000, CooperativeCancellation = true)]
    public void EndingAndWaking_AtAnyMoment_IsNeverLost()
    {
        var random = new Random(1);
        for (var turn = 0; turn < Turns; turn++)
        {
            var (signal, work) = (new WorkSignal(), random.Next(8));
            var left = work;
            var loop = Task.Run(() =>
            {
                while (signal.BeginTurn())
                {
                    if (Volatile.Read(ref left) == 0)
                    {
                        signal.Wait();
                    }
                    else
                    {
                        Interlocked.Decrement(ref left);
                    }
                }
            }, TestContext.CancellationToken);
            for (var wake = 0; wake < work; wake++)
            {
                Thread.SpinWait(random.Next(30));
                signal.Wake();
            }

            Thread.SpinWait(random.Next(300));
            signal.End();
            loop.Wait(TestContext.CancellationToken);
        }
    }

    [TestMethod]
    [Timeout(120_000, CooperativeCancellation = true)]
    public async Task Dispose_AtAnyMoment_Returns()
    {
        var random = new Random(2);
        for (var cycle = 0; cycle < 400; cycle++)
        {
            var decoder = new BatchingDecoder(TinyModel.Engine.Model, new BatchingDecoderOptions { Slots = 2, MaxTokens = 32, Threads = 1 });
            switch (cycle % 4)
            {
                case 0:
                    break;
                case 1:
                    await decoder.CompleteAsync(Conversations.Greedy(2), TestContext.CancellationToken);
                    break;
                case 2:
                    await using (var left = decoder.DecodeAsync(Conversations.Greedy(20), TestContext.CancellationToken).GetAsyncEnumerator(TestContext.CancellationToken))
                    {
                        await left.MoveNextAsync();
                    }

                    break;
                default:
                    for (var wakes = random.Next(50); wakes > 0; wakes--)
                    {
                        decoder.Loop.Wake();
                        Thread.SpinWait(random.Next(40));
                    }

                    break;
            }

            Thread.SpinWait(random.Next(200));
            await Task.Run(decoder.Dispose, TestContext.CancellationToken).WaitAsync(TestContext.CancellationToken);
        }
    }

    [TestMethod]
    [Timeout(60_000, CooperativeCancellation = true)]
    public async Task AfterAFailureOfTheLoop_EverybodyIsToldItsCause()
    {
        var time = new ManualTime();
        using var decoder = new BatchingDecoder(TinyModel.Engine.Model, new BatchingDecoderOptions { Slots = 1, QueueLength = 1, ReadAhead = 2 }, time);
        await using var running = decoder.DecodeAsync(Conversations.Greedy(200), TestContext.CancellationToken).GetAsyncEnumerator(TestContext.CancellationToken);
        Assert.IsTrue(await running.MoveNextAsync());
        Task<Completion>[] waiting = [.. Enumerable.Range(0, 3).Select(_ => decoder.CompleteAsync(Conversations.Greedy(2), TestContext.CancellationToken))];

        // The loop asks for the time when its reader is behind.
        await time.NextTimer.WaitAsync(TestContext.CancellationToken);
        time.Failure = new InvalidTimeZoneException("the clock stopped");
        decoder.Loop.Wake();
        var told = new List<SteeringException>();
        foreach (var task in waiting)
        {
            told.Add(await Assert.ThrowsExactlyAsync<SteeringException>(() => task));
        }

        told.Add(await Assert.ThrowsExactlyAsync<SteeringException>(async () =>
        {
            while (await running.MoveNextAsync())
            {
            }
        }));
        for (var later = 0; later < 2; later++)
        {
            told.Add(await Assert.ThrowsExactlyAsync<SteeringException>(() => decoder.CompleteAsync(Conversations.Greedy(2), TestContext.CancellationToken)));
        }

        Assert.IsTrue(told.TrueForAll(error => error.InnerException == time.Failure && error.Message.Contains("the clock stopped", StringComparison.Ordinal) && error.Message.Contains("Create a new BatchingDecoder", StringComparison.Ordinal)));
        Assert.HasCount(told.Count, told.Distinct());
        Assert.AreEqual((0, 0), (decoder.ActiveCount, decoder.WaitingCount));
    }
}
