using Steering.Analysis.Corpora;

namespace Steering.Tests.Analysis.Corpora;

/// <summary>A sequence made on another thread is the same sequence.</summary>
[TestClass]
public sealed class ReadAheadTests
{
    public required TestContext TestContext { get; init; }

    [TestMethod]
    public void Items_ComeInOrder_AndAreMadeElsewhere()
    {
        var here = Environment.CurrentManagedThreadId;
        var read = ReadAhead.Of(_ => Enumerable.Range(0, 1000).Select(item => (item, Environment.CurrentManagedThreadId)), 3, TestContext.CancellationToken).ToArray();
        CollectionAssert.AreEqual(Enumerable.Range(0, 1000).ToArray(), Array.ConvertAll(read, entry => entry.item));
        Assert.IsTrue(Array.TrueForAll(read, entry => entry.CurrentManagedThreadId != here));
    }

    [TestMethod]
    public void NoMoreThanTheCountWait()
    {
        var made = 0;
        foreach (var (index, _) in ReadAhead.Of(_ => Enumerable.Range(0, 100).Select(item => Interlocked.Increment(ref made)), 2, TestContext.CancellationToken).Index())
        {
            // Those read, those that wait, and the one that waits to be put down.
            Assert.IsLessThanOrEqualTo(index + 1 + 2 + 1, Volatile.Read(ref made));
        }

        Assert.AreEqual(100, made);
    }

    [TestMethod]
    public void WhatGoesWrong_ReachesTheReaderAfterTheItemsBefore()
    {
        var read = new List<int>();
        var refused = Assert.ThrowsExactly<SteeringException>(() => read.AddRange(ReadAhead.Of(_ => Failing(), 8, TestContext.CancellationToken).Select(item => item)));
        Assert.AreEqual("no third", refused.Message);

        var seen = new List<int>();
        Assert.ThrowsExactly<SteeringException>(() =>
        {
            foreach (var item in ReadAhead.Of(_ => Failing(), 8, TestContext.CancellationToken))
            {
                seen.Add(item);
            }
        });
        CollectionAssert.AreEqual(new[] { 1, 2 }, seen);

        static IEnumerable<int> Failing()
        {
            yield return 1;
            yield return 2;
            throw new SteeringException("no third");
        }
    }

    [TestMethod]
    public void AReaderThatStopsEarly_StopsTheMaker()
    {
        var stopped = false;
        var first = ReadAhead.Of(Endless, 2, TestContext.CancellationToken).First();
        Assert.AreEqual(0, first);
        Assert.IsTrue(stopped, "the maker has ended before the reader goes on");

        IEnumerable<int> Endless(CancellationToken token)
        {
            try
            {
                for (var item = 0; ; item++)
                {
                    token.ThrowIfCancellationRequested();
                    yield return item;
                }
            }
            finally
            {
                stopped = true;
            }
        }
    }

    [TestMethod]
    public void Cancellation_ReachesTheReader()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.CancellationToken);
        Assert.Throws<OperationCanceledException>(() =>
        {
            foreach (var item in ReadAhead.Of(_ => Enumerable.Range(0, int.MaxValue), 2, stop.Token))
            {
                if (item == 5)
                {
                    stop.Cancel();
                }
            }
        });
    }
}
