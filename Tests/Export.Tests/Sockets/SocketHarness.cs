using Steering.Export.Onnx;
using Steering.Export.Sockets;
using Steering.Sockets;

namespace Steering.Tests.Export.Sockets;

/// <summary>Socketed test graphs and the check of one edit against <see cref="SocketReference"/>.</summary>
internal static class SocketHarness
{
    /// <summary>Sockets a built graph and returns it with its weights inside.</summary>
    public static ModelProto Socketed(GraphBuilder graph, params int[] blocks)
    {
        var model = GraphWeights.Inline(graph);
        SocketGraft.Apply(model, blocks.Length == 0 ? SiteSelection.All : SiteSelection.Blocks(blocks));
        return model;
    }

    /// <summary>Feeds for every socketed site of a session: those given, and nothing elsewhere.</summary>
    public static Dictionary<string, SocketTensor> Feeds(DecoderSession session, int hidden, params (int Block, SocketRows Rows)[] plugged)
    {
        var feeds = new Dictionary<string, SocketTensor>(StringComparer.Ordinal);
        foreach (var input in session.Inputs.Where(name => name.StartsWith("steering.", StringComparison.Ordinal) && name.EndsWith(".read", StringComparison.Ordinal)))
        {
            var site = input["steering.".Length..^".read".Length];
            var rows = plugged.FirstOrDefault(entry => string.Equals(SocketLayout.ResidualSite(entry.Block), site, StringComparison.Ordinal)).Rows ?? SocketRows.None(hidden);
            foreach (var (name, tensor) in rows.Feeds(site))
            {
                feeds.Add(name, tensor);
            }
        }

        return feeds;
    }

    /// <summary>Token ids that differ from row to row.</summary>
    public static long[][] Ids(int batch, int length, int vocabulary = 97) =>
        [.. Enumerable.Range(0, batch).Select(row => Enumerable.Range(0, length).Select(column => (long)(((row * 31) + (column * 17) + 5) % vocabulary)).ToArray())];

    /// <summary>Runs one site with and without rows and compares activations and residual with the reference, token by token.</summary>
    /// <returns>The results with the rows plugged in.</returns>
    public static Dictionary<string, TensorResult> Check(DecoderSession session, int block, SocketRows rows, long[][] ids, double tolerance, int[][]? positions = null, long[][]? mask = null)
    {
        var site = SocketLayout.ResidualSite(block);
        var idle = session.Run(ids, mask, Feeds(session, rows.Hidden));
        var steered = session.Run(ids, mask, Feeds(session, rows.Hidden, (block, rows)));
        var before = idle[SocketLayout.Residual(site)].Values;
        var after = steered[SocketLayout.Residual(site)].Values;
        var activations = steered[SocketLayout.Activations(site)];
        CollectionAssert.AreEqual(new long[] { ids.Length, ids[0].Length, rows.Rows }, activations.Shape);
        for (var token = 0; token < ids.Length * ids[0].Length; token++)
        {
            var (row, column) = (token / ids[0].Length, token % ids[0].Length);
            var position = positions is null ? column : positions[row][column];
            var (edited, values) = SocketReference.Apply(rows.Program(row), before[(token * rows.Hidden)..((token + 1) * rows.Hidden)], 1, position);
            AssertClose(values, activations.Values.AsSpan(token * rows.Rows, rows.Rows), tolerance, $"activations of token {column} of row {row}");
            AssertClose(edited, after.AsSpan(token * rows.Hidden, rows.Hidden), tolerance, $"residual of token {column} of row {row}");
        }

        return steered;
    }

    public static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance, string what)
    {
        var scale = 1f;
        foreach (var value in expected)
        {
            scale = Math.Max(scale, Math.Abs(value));
        }

        for (var i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], tolerance * scale, $"{what}, element {i}");
        }
    }

    public static void AssertSameBits(TensorResult expected, TensorResult actual, string what)
    {
        CollectionAssert.AreEqual(expected.Shape, actual.Shape, what);
        CollectionAssert.AreEqual(
            Array.ConvertAll(expected.Values, BitConverter.SingleToInt32Bits),
            Array.ConvertAll(actual.Values, BitConverter.SingleToInt32Bits),
            what);
    }
}
