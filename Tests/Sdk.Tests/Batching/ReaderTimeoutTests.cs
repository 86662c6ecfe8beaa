using Steering.Batching;
using Steering.Decoding;

namespace Steering.Tests.Sdk.Batching;

/// <summary>A reader that is gone without a word keeps its slot for a while and no longer.</summary>
[TestClass]
public sealed class ReaderTimeoutTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public required TestContext TestContext { get; init; }

    [TestMethod]
    [Timeout(60_000, CooperativeCancellation = true)]
    public async Task AbandonedEnumerators_GiveTheirSlotsToThoseWhoWait()
    {
        var time = new ManualTime();
        using var decoder = Decoder(time, slots: 2);
        var abandoned = new List<IAsyncEnumerator<DecodedToken>>();
        for (var slot = 0; slot < 2; slot++)
        {
            abandoned.Add(decoder.DecodeAsync(Conversations.Greedy(400), TestContext.CancellationToken).GetAsyncEnumerator(TestContext.CancellationToken));
            Assert.IsTrue(await abandoned[slot].MoveNextAsync());
        }

        // So short that it is done before it could wait for its reader. The loop sets its timer whenever it rests, the two
        // may have begun to wait at different times.
        var waiting = decoder.CompleteAsync(Conversations.Greedy(3), TestContext.CancellationToken);
        while (!waiting.IsCompleted || decoder.ActiveCount > 0)
        {
            await Task.WhenAny(time.NextTimer, waiting).WaitAsync(TestContext.CancellationToken);
            time.Advance(Limit + TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.HasCount(3, (await waiting).Ids);
        Assert.AreEqual((0, 0), (decoder.ActiveCount, decoder.WaitingCount));

        // What was decoded ahead is still there; then the reader is told.
        foreach (var reader in abandoned)
        {
            var read = 1;
            var told = await Assert.ThrowsExactlyAsync<SteeringException>(async () =>
            {
                for (; await reader.MoveNextAsync(); read++)
                {
                }
            });
            Assert.Contains("00:02:00", told.Message, StringComparison.Ordinal);
            Assert.Contains("ReaderTimeout", told.Message, StringComparison.Ordinal);
            Assert.IsGreaterThanOrEqualTo(4, read);
        }
    }

    [TestMethod]
    [Timeout(60_000, CooperativeCancellation = true)]
    public async Task AReaderThatComesBackInTime_ReadsToItsEnd()
    {
        var time = new ManualTime();
        using var decoder = Decoder(time, slots: 1);
        var expected = await decoder.CompleteAsync(Conversations.Greedy(60), TestContext.CancellationToken);
        var ids = new List<int>();
        for (var reader = decoder.DecodeAsync(Conversations.Greedy(60), TestContext.CancellationToken).GetAsyncEnumerator(TestContext.CancellationToken); await reader.MoveNextAsync();)
        {
            ids.Add(reader.Current.Id);

            // Each rest is shorter than the limit, all together are far longer.
            if (ids.Count < 50)
            {
                await time.NextTimer.WaitAsync(TestContext.CancellationToken);
            }

            time.Advance(Limit - TimeSpan.FromSeconds(1));
        }

        Assert.AreSequenceEqual(expected.Ids, ids);
    }

    [TestMethod]
    [Timeout(60_000, CooperativeCancellation = true)]
    public async Task WithoutALimit_AReaderMayRestForEver()
    {
        var time = new ManualTime();
        using var decoder = new BatchingDecoder(TinyModel.Engine.Model, new BatchingDecoderOptions { Slots = 2, ReadAhead = 4, ReaderTimeout = null }, time);
        var expected = await decoder.CompleteAsync(Conversations.Greedy(30), TestContext.CancellationToken);
        await using var resting = decoder.DecodeAsync(Conversations.Greedy(30), TestContext.CancellationToken).GetAsyncEnumerator(TestContext.CancellationToken);
        Assert.IsTrue(await resting.MoveNextAsync());
        time.Advance(TimeSpan.FromDays(1000));
        Assert.AreEqual(expected, await decoder.CompleteAsync(Conversations.Greedy(30), TestContext.CancellationToken));
        var ids = new List<int> { resting.Current.Id };
        while (await resting.MoveNextAsync())
        {
            ids.Add(resting.Current.Id);
        }

        Assert.AreSequenceEqual(expected.Ids, ids);
    }

    private static BatchingDecoder Decoder(ManualTime time, int slots) =>
        new(TinyModel.Engine.Model, new BatchingDecoderOptions { Slots = slots, ReadAhead = 4, ReaderTimeout = Limit }, time);
}
