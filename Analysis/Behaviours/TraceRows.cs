using Steering.Analysis.Harvest;
using Steering.Analysis.Windows;

namespace Steering.Analysis.Behaviours;

/// <summary>Runs token sequences through a model's head and hands out the rows of each.</summary>
internal static class TraceRows
{
    /// <summary>What receives a sequence: its number, [tokens] which are left out, [kept, d] rows.</summary>
    public delegate void Receiver(int trace, ReadOnlySpan<LeftOut> leftOut, ReadOnlySpan<float> rows);

    /// <summary>Runs sequences in order.</summary>
    public static void Run(Harvester harvester, IReadOnlyList<CutTrace> traces, Receiver receiver, CancellationToken cancellationToken)
    {
        var windows = traces.Select((trace, index) => new TokenWindow { Number = index, Ids = [.. trace.Ids], Documents = new long[trace.Ids.Count], Roles = new TokenRole[trace.Ids.Count] });
        foreach (var batch in harvester.Run(windows, cancellationToken: cancellationToken))
        {
            var (token, row) = (0, 0);
            foreach (var window in batch.Windows)
            {
                var left = batch.LeftOut.AsSpan(token, window.Ids.Length);
                var rows = left.Count(LeftOut.No);
                receiver((int)window.Number, left, batch.Activations.AsSpan(row * harvester.HiddenSize, rows * harvester.HiddenSize));
                (token, row) = (token + window.Ids.Length, row + rows);
            }
        }
    }
}
