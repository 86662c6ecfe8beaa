using Steering.Analysis.Sources;

namespace Steering.Tests.Analysis.Sources;

[TestClass]
public sealed class ShuffleBufferTests
{
    private const int Width = 3;
    private const int Rows = 1_000;
    private const int Buffer = 100;

    [TestMethod]
    [DataRow(Rows, Buffer)]
    [DataRow(Rows, 64)]
    [DataRow(Rows, 999)]
    [DataRow(Rows, 5_000)]
    [DataRow(7, 2)]
    [DataRow(1, 2)]
    public void Read_GivesEveryRowOnceInEachPass(int rows, int buffer)
    {
        using var source = Mixed(rows, buffer, passes: 3);
        var all = SourceRows.ReadAll(source, 7);
        Assert.HasCount(3 * rows, all);
        for (var pass = 0; pass < 3; pass++)
        {
            CollectionAssert.AreEquivalent(Enumerable.Range(0, rows).ToArray(), all[(pass * rows)..((pass + 1) * rows)]);
        }

        Assert.AreEqual(3, source.PassesDone);
        Assert.AreEqual(0, source.Read(new float[Width], CancellationToken.None));
        Assert.AreEqual(0, source.Peek(new float[Width], CancellationToken.None));
    }

    /// <summary>A row that arrives in a buffer of n is served, on average, n/2 or so rows later with a spread of that size: neighbours in the text part.</summary>
    [TestMethod]
    public void Read_PartsNeighboursAsFarAsTheBufferReaches()
    {
        using var source = Mixed(Rows, Buffer, passes: 1);
        var place = new int[Rows];
        var order = SourceRows.ReadAll(source, 7);
        for (var at = 0; at < Rows; at++)
        {
            place[order[at]] = at;
        }

        var distances = Enumerable.Range(0, Rows - 1).Select(row => Math.Abs(place[row + 1] - place[row])).ToArray();
        Assert.IsGreaterThan(Buffer / 5.0, distances.Average());
        Assert.IsLessThan(Rows / 20, distances.Count(distance => distance == 1));
        Assert.IsLessThan(8 * Buffer, Enumerable.Range(0, Rows).Max(row => Math.Abs(place[row] - row)));
    }

    [TestMethod]
    public void Read_DependsOnSeedAndBufferAndNotOnTheSizeOfReads()
    {
        static int[] Order(long seed, int buffer, int rowsARead)
        {
            using var source = Mixed(Rows, buffer, passes: 2, seed);
            return SourceRows.ReadAll(source, rowsARead);
        }

        CollectionAssert.AreEqual(Order(1, Buffer, 7), Order(1, Buffer, 128));
        CollectionAssert.AreNotEqual(Order(1, Buffer, 7), Order(2, Buffer, 7));
        CollectionAssert.AreNotEqual(Order(1, Buffer, 7), Order(1, 64, 7));
        CollectionAssert.AreNotEqual(Order(1, Buffer, 7)[..Rows], Order(1, Buffer, 7)[Rows..]);
    }

    [TestMethod]
    public void Peek_ShowsWhatReadGivesNextAndConsumesNothing()
    {
        using var source = Mixed(Rows, Buffer, passes: 1);
        var peeked = new float[40 * Width];
        Assert.AreEqual(40, source.Peek(peeked, CancellationToken.None));
        var read = new float[40 * Width];
        Assert.AreEqual(40, source.Read(read, CancellationToken.None));
        Assert.AreSequenceEqual(peeked, read);
        Assert.AreEqual(Buffer - 40, source.Peek(new float[1_000 * Width], CancellationToken.None));
        Assert.HasCount(Rows - 40, SourceRows.ReadAll(source, 7));
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(49)]
    [DataRow(50)]
    [DataRow(51)]
    [DataRow(977)]
    [DataRow(1_000)]
    [DataRow(1_730)]
    [DataRow(2_999)]
    public void RestoreState_ContinuesBitForBit(int rowsBefore) =>
        SourceRows.CheckResume(() => Mixed(Rows, Buffer, passes: 3), rowsBefore);

    [TestMethod]
    public void RestoreState_AfterAPeek_ContinuesBitForBit()
    {
        using var state = new MemoryStream();
        using var source = Mixed(Rows, Buffer, passes: 1);
        _ = source.Peek(new float[10 * Width], CancellationToken.None);
        source.SaveState(state);
        state.Position = 0;
        using var resumed = Mixed(Rows, Buffer, passes: 1);
        resumed.RestoreState(state);
        CollectionAssert.AreEqual(SourceRows.ReadAll(source, 7), SourceRows.ReadAll(resumed, 7));
    }

    [TestMethod]
    public void Read_ThatFails_LosesNoRow()
    {
        using var whole = Mixed(Rows, Buffer, passes: 1);
        var expected = SourceRows.ReadAll(whole, 30);
        var stream = new CountingRowStream(Rows, Width) { FailAt = 533 };
        using var source = new ShuffleBuffer(stream, Buffer, 1, 1);
        var before = new List<int>();
        var rows = new float[30 * Width];
        Assert.ThrowsExactly<IOException>(() =>
        {
            while (source.Read(rows, CancellationToken.None) is var read)
            {
                before.AddRange(Enumerable.Range(0, read).Select(row => (int)rows[row * Width]));
            }
        });

        // Here, and from a state saved after the failure.
        using var state = new MemoryStream();
        source.SaveState(state);
        state.Position = 0;
        using var resumed = Mixed(Rows, Buffer, passes: 1);
        resumed.RestoreState(state);
        stream.FailAt = -1;
        CollectionAssert.AreEqual(expected, before.Concat(SourceRows.ReadAll(source, 30)).ToArray());
        CollectionAssert.AreEqual(expected, before.Concat(SourceRows.ReadAll(resumed, 30)).ToArray());
    }

    [TestMethod]
    public void Read_WhenCancelled_StopsAndGoesOnLater()
    {
        using var source = Mixed(Rows, Buffer, passes: 1);
        Assert.ThrowsExactly<OperationCanceledException>(() => source.Read(new float[Width], new CancellationToken(canceled: true)));
        Assert.HasCount(Rows, SourceRows.ReadAll(source, 7));
    }

    [TestMethod]
    public void RestoreState_OfAnotherSourceOrCutShort_IsRefused()
    {
        using var state = new MemoryStream();
        using var source = Mixed(Rows, Buffer, passes: 1);
        _ = source.Read(new float[10 * Width], CancellationToken.None);
        source.SaveState(state);

        void Restore(ShuffleBuffer other)
        {
            state.Position = 0;
            using (other)
            {
                other.RestoreState(state);
            }
        }

        Refusal.Of(() => Restore(Mixed(Rows, Buffer, passes: 1, seed: 2)), "another source", "seed 1");
        Refusal.Of(() => Restore(Mixed(Rows, 101, passes: 1)), "another source", "buffer of 100");
        Refusal.Of(() => Restore(Mixed(999, Buffer, passes: 1)), "another source", "1000 counted rows");
        Refusal.Of(() => Restore(Mixed(Rows, Buffer, passes: null)), "another source", "1 passes");
        state.SetLength(state.Length - 5);
        Refusal.Of(() => Restore(Mixed(Rows, Buffer, passes: 1)), "cut short");
    }

    [TestMethod]
    public void Options_ThatCannotBe_AreRefused()
    {
        Refusal.Of(() => Mixed(Rows, 1, passes: 1).Dispose(), "buffer of 1 rows", "give 2 to");
        Refusal.Of(() => Mixed(Rows, Buffer, passes: 0).Dispose(), "0 passes");
        using var nothing = Mixed(0, Buffer, passes: null);
        Refusal.Of(() => nothing.Read(new float[Width], CancellationToken.None), "no activation that is not left out");
    }

    private static ShuffleBuffer Mixed(int rows, int buffer, int? passes, long seed = 1) => new(new CountingRowStream(rows, Width), buffer, seed, passes);
}
