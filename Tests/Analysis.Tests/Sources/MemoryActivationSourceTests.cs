using Steering.Analysis.Sources;
using Steering.Analysis.Statistics;

namespace Steering.Tests.Analysis.Sources;

[TestClass]
public sealed class MemoryActivationSourceTests
{
    private const int Width = 3;

    [TestMethod]
    [DataRow(1)]
    [DataRow(9)]
    [DataRow(1_000)]
    public void Collect_AnyExpectation_KeepsEveryRowOnce(int expected)
    {
        using var once = new CountingRowStream(100, Width);
        using var kept = MemoryActivationSource.Collect(once, expected, seed: 7);

        // In the order of one shuffle, that of a source over the rows as they come.
        using var plain = new MemoryActivationSource(SourceRows.Numbered(100, Width), Width, seed: 7);
        Assert.AreEqual(100, kept.Count);
        Assert.AreSequenceEqual(SourceRows.ReadAll(plain, 7, limit: 250), SourceRows.ReadAll(kept, 7, limit: 250));
    }

    [TestMethod]
    public void Collect_NoRow_IsRefused()
    {
        using var empty = new CountingRowStream(0, Width);
        Refusal.Of(() => MemoryActivationSource.Collect(empty, 10, seed: 0), "at least one row");
    }

    [TestMethod]
    public void Read_GivesEveryRowOnceAnEpoch_InAnotherOrderEachTime()
    {
        using var source = new MemoryActivationSource(SourceRows.Numbered(50, Width), Width, seed: 7, epochs: 2);
        var all = SourceRows.ReadAll(source, 7);
        Assert.HasCount(100, all);
        CollectionAssert.AreEquivalent(Enumerable.Range(0, 50).ToArray(), all[..50]);
        CollectionAssert.AreEquivalent(Enumerable.Range(0, 50).ToArray(), all[50..]);
        CollectionAssert.AreNotEqual(all[..50], all[50..]);
        CollectionAssert.AreNotEqual(Enumerable.Range(0, 50).ToArray(), all[..50]);
        Assert.AreEqual(0, source.Peek(new float[Width], CancellationToken.None));
    }

    [TestMethod]
    public void Read_DependsOnSeedAndNotOnTheSizeOfReads()
    {
        int[] Order(long seed, int rows)
        {
            using var source = new MemoryActivationSource(SourceRows.Numbered(50, Width), Width, seed, epochs: 3);
            return SourceRows.ReadAll(source, rows);
        }

        CollectionAssert.AreEqual(Order(1, 7), Order(1, 64));
        CollectionAssert.AreNotEqual(Order(1, 7), Order(2, 7));
    }

    [TestMethod]
    public void Peek_ShowsWhatReadGivesAndConsumesNothing()
    {
        using var source = new MemoryActivationSource(SourceRows.Numbered(50, Width), Width);
        var peeked = new float[10 * Width];
        Assert.AreEqual(10, source.Peek(peeked, CancellationToken.None));
        var read = new float[10 * Width];
        Assert.AreEqual(10, source.Read(read, CancellationToken.None));
        Assert.AreSequenceEqual(peeked, read);
    }

    [TestMethod]
    public void RestoreState_ContinuesAsIfUninterrupted()
    {
        SourceRows.CheckResume(() => new MemoryActivationSource(SourceRows.Numbered(50, Width), Width, seed: 3, epochs: 3), rowsBefore: 70);
    }

    [TestMethod]
    public void RestoreState_OfAnotherSource_IsRefused()
    {
        using var source = new MemoryActivationSource(SourceRows.Numbered(50, Width), Width, seed: 3);
        using var state = new MemoryStream();
        source.SaveState(state);
        void Restore(IActivationSource other)
        {
            state.Position = 0;
            using (other)
            {
                other.RestoreState(state);
            }
        }

        Refusal.Of(() => Restore(new MemoryActivationSource(SourceRows.Numbered(50, Width), Width, seed: 4)), "another source", "seed 3");
        Refusal.Of(() => Restore(new MemoryActivationSource(SourceRows.Numbered(51, Width), Width, seed: 3)), "another source");
        Refusal.Of(() => Restore(new MemoryActivationSource(new float[150], Width, seed: 3)), "another source");
        state.SetLength(state.Length - 6);
        Refusal.Of(() => Restore(new MemoryActivationSource(SourceRows.Numbered(50, Width), Width, seed: 3)), "cut short");
    }

    [TestMethod]
    public void Rows_ThatCannotBe_AreRefused()
    {
        Refusal.Of(() => new MemoryActivationSource(new float[7], 3).Dispose(), "7 numbers", "rows of 3");
        Refusal.Of(() => new MemoryActivationSource(ReadOnlyMemory<float>.Empty, 3).Dispose(), "at least one row");
        Refusal.Of(() => new MemoryActivationSource(new[] { 1f, 2, float.NaN, 1 }, 2).Dispose(), "not finite", "row 1");
    }

    [TestMethod]
    public void SeededRandom_DrawsEveryNumberEquallyOften()
    {
        // 60,000 draws of 6: each count is 10,000 with deviation 91; five deviations pass once in a million for a fair source.
        var random = new SeededRandom(5, 0);
        var counts = new int[6];
        for (var draw = 0; draw < 60_000; draw++)
        {
            counts[random.Below(6)]++;
        }

        foreach (var count in counts)
        {
            Assert.IsInRange(9_545, 10_455, count);
        }
    }
}
