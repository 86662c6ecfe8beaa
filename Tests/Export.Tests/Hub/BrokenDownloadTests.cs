using Steering.Export.Hub;
using Steering.Tests.Export.Hub.Support;

namespace Steering.Tests.Export.Hub;

/// <summary>Connections that break and hosts that contradict themselves: the content is right in the end, or nothing has its name.</summary>
[TestClass]
public sealed class BrokenDownloadTests
{
    private const string Name = "model.safetensors";

    private static readonly byte[] Weights = FakeHub.Bytes(300_000);
    private static readonly string Tag = $"ETag: \"{FakeHub.Sha256(Weights)}\"";

    [TestMethod]
    public async Task DroppedConnection_GoesOnWhereItStopped()
    {
        using var test = With(Drop(100_000));
        var result = await test.PullAsync();
        Complete(test);
        Assert.AreEqual(Weights.Length, result.BytesReceived, "what came is not fetched again");
        var second = test.Hub.Server.Calls.Last();
        Assert.AreEqual("bytes=100000-", second.Header("Range"));
        Assert.AreEqual($"\"{FakeHub.Sha256(Weights)}\"", second.Header("If-Range"));
    }

    [TestMethod]
    public async Task DroppedAgainAndAgain_StopsAfterSixAttempts_AndKeepsThePart()
    {
        using var test = With(Drop(100_000), HangUp, HangUp, HangUp, HangUp, HangUp);
        await test.RefusesAsync(Name, "6 times", "goes on from there");
        Assert.IsEmpty(test.Names);
        Assert.AreEqual(100_000, test.PartBytes);
        Assert.AreSequenceEqual([1, 2, 4, 8, 16], test.Time.Waits.Select(wait => (int)wait.TotalSeconds));

        Assert.AreEqual(Weights.Length - 100_000, (await test.PullAsync()).BytesReceived);
        Complete(test);
        Assert.AreEqual(0, test.PartBytes);
    }

    [TestMethod]
    public async Task Cancelled_KeepsThePart_ForTheNextTime()
    {
        using var source = new CancellationTokenSource();
        using var test = With(async call =>
        {
            await call.HeadAsync(200, Tag, $"Content-Length: {Weights.Length}");
            await call.SendAsync(Weights.AsMemory(0, 150_000));
            await call.UntilClosedAsync();
        });
        var pull = test.PullAsync(new HubPullOptions { Repository = HubRepository.Parse("org/name"), Folder = test.Out }, source.Token);
        while (test.PartBytes < 150_000)
        {
            await Task.Delay(5);
        }

        await source.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => pull);
        Assert.IsEmpty(test.Names);
        Assert.AreEqual(150_000, (await test.PullAsync()).BytesReceived);
        Complete(test);
    }

    [TestMethod]
    public async Task SilentConnection_CountsAsDropped()
    {
        HubTest? test = null;
        using var silent = test = With(async call =>
        {
            await call.HeadAsync(200, Tag, $"Content-Length: {Weights.Length}");
            await call.SendAsync(Weights.AsMemory(0, 150_000));
            while (test!.PartBytes < 150_000)
            {
                await Task.Delay(5);
            }

            test.Time.FallSilent();
            await call.UntilClosedAsync();
        });
        await test.PullAsync();
        Complete(test);
    }

    [TestMethod]
    public async Task RangeIgnored_BeginsAnew()
    {
        using var test = With(Drop(100_000), call => call.AnswerAsync(200, Weights, Tag));
        Assert.AreEqual(Weights.Length + 100_000, (await test.PullAsync()).BytesReceived);
        Complete(test);
    }

    [TestMethod]
    public async Task RangeIgnoredAndAlwaysDroppedAtTheSamePlace_Ends()
    {
        using var test = With([.. Enumerable.Repeat(Drop(200_000), 20)]);
        await test.RefusesAsync("6 times");
    }

    [TestMethod]
    public async Task ChangedTag_IsNotJoined()
    {
        // The rest of another version, although If-Range forbids it: the host has a new tag, and then the old file again.
        using var test = With(
            Drop(100_000),
            call => call.AnswerAsync(206, FakeHub.Bytes(200_000, seed: 9), "ETag: \"new\"", $"Content-Range: bytes 100000-299999/{Weights.Length}"));
        Assert.AreEqual(Weights.Length + 100_000, (await test.PullAsync()).BytesReceived);
        Complete(test);
    }

    [TestMethod]
    public async Task PiecesThatDoNotFit_AreFetchedOnceMoreInOnePiece()
    {
        using var test = With(Drop(100_000), call => call.AnswerAsync(206, FakeHub.Bytes(200_000, seed: 9), Tag, $"Content-Range: bytes 100000-299999/{Weights.Length}"));
        await test.PullAsync();
        Complete(test);
    }

    [TestMethod]
    [DataRow("bytes 0-199999/300000")]
    [DataRow("bytes 100000-299999/400000")]
    [DataRow("bytes 100000-299998/300000")]
    public async Task AnotherPieceThanAskedFor_IsNotJoined(string range)
    {
        using var test = With(Drop(100_000), call => call.AnswerAsync(206, new byte[200_000], Tag, $"Content-Range: {range}"));
        await test.PullAsync();
        Complete(test);
    }

    [TestMethod]
    public async Task RangeThatTheHostDoesNotHave_BeginsAnew()
    {
        using var test = With(Drop(100_000), call => call.AnswerAsync(416, string.Empty));
        await test.PullAsync();
        Complete(test);
    }

    [TestMethod]
    public async Task WrongContent_IsRefused_AndNothingOfItStays()
    {
        using var test = With(call => call.AnswerAsync(200, FakeHub.Bytes(Weights.Length, seed: 2)));
        await test.RefusesAsync(Name, FakeHub.Sha256(Weights), FakeHub.Sha256(FakeHub.Bytes(Weights.Length, seed: 2)));
        Assert.IsEmpty(test.Names);
        Assert.AreEqual(0, test.PartBytes);
    }

    [TestMethod]
    public async Task WrongContentOfASmallFile_IsRefusedByGitsHash()
    {
        using var test = new HubTest();
        test.Hub.Add(Name, FakeHub.Bytes(10)).Next(Name, call => call.AnswerAsync(200, FakeHub.Bytes(10, seed: 2)));
        await test.RefusesAsync("git-sha1:" + FakeHub.GitSha1(FakeHub.Bytes(10)));
        Assert.IsEmpty(test.Names);
    }

    [TestMethod]
    [DataRow(299_999)]
    [DataRow(300_001)]
    [DataRow(0)]
    public async Task AnnouncedLength_ThatIsNotTheListed_IsRefused(int length)
    {
        using var test = With(call => call.AnswerAsync(200, new byte[length]));
        await test.RefusesAsync($"announces {length} bytes", "300000");
        Assert.IsEmpty(test.Names);
    }

    [TestMethod]
    public async Task NoLength_IsReadToItsEnd()
    {
        using var test = With(async call =>
        {
            await call.HeadAsync(200, Tag);
            await call.SendAsync(Weights);
        });
        Assert.AreEqual(Weights.Length, (await test.PullAsync()).BytesReceived);
        Complete(test);
    }

    [TestMethod]
    public async Task NoLengthAndTooShort_GoesOn()
    {
        using var test = With(async call =>
        {
            await call.HeadAsync(200, Tag);
            await call.SendAsync(Weights.AsMemory(0, 123_456));
        });
        Assert.AreEqual(Weights.Length, (await test.PullAsync()).BytesReceived);
        Complete(test);
    }

    [TestMethod]
    public async Task EndlessBody_IsStoppedAtTheListedSize()
    {
        var sent = 0L;
        using var test = With(async call =>
        {
            await call.HeadAsync(200, Tag);
            for (; sent < 1L << 30; sent += Weights.Length)
            {
                await call.SendAsync(Weights);
            }
        });
        await test.RefusesAsync("sends more than the 300000 bytes");
        Assert.IsEmpty(test.Names);
        Assert.AreEqual(0, test.PartBytes);
        Assert.IsLessThan(1L << 29, sent);
    }

    [TestMethod]
    [DataRow("X-Repo-Commit: ffffffffffffffffffffffffffffffffffffffff", "commit ffff")]
    [DataRow("X-Linked-Size: 4", "announces 4")]
    [DataRow("X-Linked-Etag: \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"", "announces sha256:aaaa")]
    public async Task HostThatContradictsItsListing_IsRefused(string header, string part)
    {
        using var test = With(call => call.AnswerAsync(200, Weights, header));
        await test.RefusesAsync(part);
        Assert.IsEmpty(test.Names);
    }

    [TestMethod]
    public async Task FileThatIsListedButNotThere_IsNamed()
    {
        using var test = With(call => call.AnswerAsync(404, string.Empty, "X-Error-Code: EntryNotFound"));
        await test.RefusesAsync(Name, "does not have it (404)");
    }

    private static HubTest With(params Func<HubCall, Task>[] answers)
    {
        var test = new HubTest();
        test.Hub.Add(Name, Weights, large: true).Next($"/resolve/{FakeHub.Commit}/{Name}", answers);
        return test;
    }

    /// <summary>Promises the whole file from its beginning, whatever is asked, and hangs up after so many bytes.</summary>
    private static Func<HubCall, Task> Drop(int after) => async call =>
    {
        await call.HeadAsync(200, Tag, $"Content-Length: {Weights.Length}");
        await call.SendAsync(Weights.AsMemory(0, after));
    };

    /// <summary>Hangs up within the first line, later than which the system does not try again by itself.</summary>
    private static Task HangUp(HubCall call) => call.SendAsync("HTTP/1.1 2"u8.ToArray());

    private static void Complete(HubTest test) => Assert.AreSequenceEqual(Weights, File.ReadAllBytes(test.At(Name)));
}
