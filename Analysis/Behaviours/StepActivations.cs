using Steering.Analysis.Harvest;
using Steering.Analysis.Windows;

namespace Steering.Analysis.Behaviours;

/// <summary>The residual stream at the delimiters of steps (RISE, arXiv 2512.23988, §3.1).</summary>
public sealed class StepActivations
{
    internal StepActivations(string site, int hiddenSize, float[] rows, IReadOnlyList<(int Trace, int Step)> steps, int leftOut) =>
        (Site, HiddenSize, Rows, Steps, LeftOut) = (site, hiddenSize, rows, steps, leftOut);

    /// <summary>The site.</summary>
    public string Site { get; }

    /// <summary>Width d.</summary>
    public int HiddenSize { get; }

    /// <summary>[steps, d].</summary>
    public ReadOnlyMemory<float> Rows { get; }

    /// <summary>Trace and step of each row.</summary>
    public IReadOnlyList<(int Trace, int Step)> Steps { get; }

    /// <summary>Delimiters left out as massive activations or first tokens.</summary>
    public int LeftOut { get; }

    /// <summary>Runs traces through the model, each as a sequence of its own.</summary>
    /// <param name="harvester">The model up to the site.</param>
    /// <param name="traces">The traces.</param>
    /// <param name="progress">Told the traces done, or null.</param>
    /// <param name="cancellationToken">Stops between forward passes.</param>
    /// <exception cref="SteeringException">No trace has a step that ends.</exception>
    public static StepActivations Gather(Harvester harvester, IReadOnlyList<CutTrace> traces, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(harvester);
        ArgumentNullException.ThrowIfNull(traces);
        var width = harvester.HiddenSize;
        var (rows, steps, leftOut) = (new List<float>(), new List<(int, int)>(), 0);
        TraceRows.Run(harvester, traces, (trace, left, activations) =>
        {
            var (row, step) = (0, 0);
            for (var token = 0; token < left.Length && step < traces[trace].Ends.Count; token++)
            {
                var kept = left[token] == Harvest.LeftOut.No;
                if (token == traces[trace].Ends[step])
                {
                    if (kept)
                    {
                        rows.AddRange(activations.Slice(row * width, width));
                        steps.Add((trace, step));
                    }

                    leftOut += kept ? 0 : 1;
                    step++;
                }

                row += kept ? 1 : 0;
            }

            progress?.Report(trace + 1);
        }, cancellationToken);
        return steps.Count > 0
            ? new StepActivations(harvester.Site, width, [.. rows], steps, leftOut)
            : throw new SteeringException("No step ends within the windows: the text has no blank line. RISE cuts steps at blank lines; give traces that have them, or longer windows.");
    }

    /// <summary>[d] one row.</summary>
    /// <param name="row">Row.</param>
    public ReadOnlySpan<float> Row(int row) => Rows.Span.Slice(row * HiddenSize, HiddenSize);
}

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
