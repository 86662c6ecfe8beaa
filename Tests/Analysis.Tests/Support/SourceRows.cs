using Steering.Analysis.Sources;

namespace Steering.Tests.Analysis;

/// <summary>Rows that can be told apart, and the promises every activation source makes.</summary>
internal static class SourceRows
{
    /// <summary>[n, d] rows whose first number is their own.</summary>
    public static float[] Numbered(int count, int width)
    {
        var rows = new float[count * width];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = i % width == 0 ? i / width : 0.5f;
        }

        return rows;
    }

    /// <summary>The first numbers of the rows, to the end or to a limit.</summary>
    public static int[] ReadAll(IActivationSource source, int rowsARead, int limit = int.MaxValue)
    {
        var all = new List<int>();
        var rows = new float[rowsARead * source.HiddenSize];
        int read;
        while (all.Count < limit && (read = source.Read(rows.AsSpan(0, Math.Min(rowsARead, limit - all.Count) * source.HiddenSize), CancellationToken.None)) > 0)
        {
            for (var row = 0; row < read; row++)
            {
                all.Add((int)rows[row * source.HiddenSize]);
            }
        }

        return [.. all];
    }

    /// <summary>Reads, saves, and compares what the same source and a new one that restores the state give from there on, bit by bit.</summary>
    public static void CheckResume(Func<IActivationSource> create, int rowsBefore, int rowsAfter = 1 << 20)
    {
        using var state = new MemoryStream();
        float[] expected;
        using (var source = create())
        {
            _ = Floats(source, rowsBefore);
            source.SaveState(state);
            expected = Floats(source, rowsAfter);
        }

        state.Position = 0;
        using var resumed = create();
        resumed.RestoreState(state);
        Assert.AreEqual(state.Length, state.Position);
        Assert.IsGreaterThan(0, expected.Length);
        Assert.IsTrue(expected.AsSpan().SequenceEqual(Floats(resumed, rowsAfter)));
    }

    /// <summary>The next rows, whole.</summary>
    public static float[] Floats(IActivationSource source, int count)
    {
        var all = new List<float>();
        var rows = new float[17 * source.HiddenSize];
        for (int read; count > 0 && (read = source.Read(rows.AsSpan(0, Math.Min(17, count) * source.HiddenSize), CancellationToken.None)) > 0; count -= read)
        {
            all.AddRange(rows.AsSpan(0, read * source.HiddenSize));
        }

        return [.. all];
    }
}
