using System.Buffers;
using System.Globalization;
using Steering.Analysis.Windows;

namespace Steering.Analysis.Harvest;

/// <summary>
/// Runs windows through the first part of a model and keeps the residual stream of the tokens that count. Batches are cut
/// from the numbers and lengths of windows alone, so that a run that starts at the first window of a batch gives the same bits.
/// </summary>
public sealed class Harvester : IDisposable
{
    private readonly SiteHead _head;
    private float[] _residual = [];

    /// <summary>Takes over a model's head.</summary>
    /// <param name="head">Disposed of with this.</param>
    /// <param name="options">What is left out, or null.</param>
    /// <exception cref="SteeringException">An option is not possible.</exception>
    public Harvester(SiteHead head, HarvestOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(head);
        _head = head;
        Options = options ?? new HarvestOptions();
        MassiveLimit.CheckFactor(Options.Exclusion.MassiveFactor);
        if (Options.BatchTokens < 1 || Options.SampleTokens < 1 || Options.MaximumTokens < 0)
        {
            throw new SteeringException($"Batches of {Options.BatchTokens} tokens, a sample of {Options.SampleTokens} and a maximum of {Options.MaximumTokens} are not possible; give positive numbers (0 for no maximum).");
        }

        Limit = Options.Exclusion.MassiveFactor == 0 ? MassiveLimit.None : null;
    }

    /// <summary>What is left out.</summary>
    public HarvestOptions Options { get; }

    /// <summary>The site.</summary>
    public string Site => _head.Site;

    /// <summary>Width d of a row.</summary>
    public int HiddenSize => _head.HiddenSize;

    /// <summary>The norm above which a token is left out; null until the sample was seen. Set it to continue an earlier harvest.</summary>
    public MassiveLimit? Limit { get; set; }

    /// <summary>What decides the rows beside the windows, in one line.</summary>
    public string Description => Describe(Options);

    /// <summary>Computes the activations of windows, in order.</summary>
    /// <param name="windows">Windows with consecutive numbers.</param>
    /// <param name="windowsPerUnit">A batch never holds windows of two units; 0 for none.</param>
    /// <param name="progress">Receives the tokens of each forward pass once it is done, or null. The first batches come only when the whole sample was seen.</param>
    /// <param name="cancellationToken">Stops between forward passes.</param>
    /// <exception cref="SteeringException">A residual is not finite; the message says which. While reading.</exception>
    public IEnumerable<HarvestedBatch> Run(IEnumerable<TokenWindow> windows, int windowsPerUnit = 0, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(windows);
        var sample = new List<(List<TokenWindow> Windows, float[] Norms, float[] Residual)>();
        var sampled = 0;
        foreach (var group in Group(windows, windowsPerUnit))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (norms, residual) = Forward(group);
            progress?.Report(norms.Length);
            if (Limit is not null)
            {
                yield return Keep(group, norms, residual);
                continue;
            }

            sample.Add((group, norms, residual.ToArray()));
            sampled += norms.Length;
            if (sampled >= Options.SampleTokens)
            {
                foreach (var batch in Release(sample))
                {
                    yield return batch;
                }
            }
        }

        foreach (var batch in Release(sample))
        {
            yield return batch;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _head.Dispose();

    internal static string Describe(HarvestOptions options) => string.Create(
        CultureInfo.InvariantCulture,
        $"batches of {options.BatchTokens}, sample of {options.SampleTokens}, position 0 {(options.Exclusion.FirstPosition ? "left out" : "kept")}, norms {(options.Exclusion.MassiveFactor == 0 ? "all kept" : $"above {options.Exclusion.MassiveFactor} medians left out")}, {(options.MaximumTokens == 0 ? "whole text" : $"first {options.MaximumTokens} tokens")}");

    private IEnumerable<List<TokenWindow>> Group(IEnumerable<TokenWindow> windows, int windowsPerUnit)
    {
        var group = new List<TokenWindow>();
        var longest = 0;
        foreach (var window in windows)
        {
            longest = Math.Max(longest, window.Ids.Length);
            var unitEnds = windowsPerUnit > 0 && window.Number % windowsPerUnit == 0;
            if (group.Count > 0 && (unitEnds || (long)(group.Count + 1) * longest > Options.BatchTokens))
            {
                yield return group;
                group = [];
                longest = window.Ids.Length;
            }

            group.Add(window);
        }

        if (group.Count > 0)
        {
            yield return group;
        }
    }

    /// <summary>Norms of the tokens of the windows, and the padded residuals [windows, longest, d], valid until the next call.</summary>
    private (float[] Norms, ReadOnlyMemory<float> Residual) Forward(List<TokenWindow> group)
    {
        var longest = group.Max(window => window.Ids.Length);
        var padded = group.Count * longest;
        if (_residual.Length < padded * HiddenSize)
        {
            _residual = GC.AllocateUninitializedArray<float>(padded * HiddenSize);
        }

        var ids = ArrayPool<int>.Shared.Rent(padded);
        var residual = _residual.AsMemory(0, padded * HiddenSize);
        ids.AsSpan(0, padded).Clear();
        for (var window = 0; window < group.Count; window++)
        {
            group[window].Ids.CopyTo(ids.AsSpan(window * longest));
        }

        _head.Run(ids.AsSpan(0, padded), group.Count, longest, residual.Span);
        ArrayPool<int>.Shared.Return(ids);
        var norms = new float[group.Sum(window => window.Ids.Length)];
        var token = 0;
        for (var window = 0; window < group.Count; window++)
        {
            for (var position = 0; position < group[window].Ids.Length; position++)
            {
                var (number, at) = (group[window].Number, position);
                norms[token++] = ActivationChecks.Finite(
                    Row(residual.Span, (window * longest) + position),
                    () => string.Create(CultureInfo.InvariantCulture, $"the residual stream at {Site}, window {number}, token {at}"));
            }
        }

        return (norms, residual);
    }

    private IEnumerable<HarvestedBatch> Release(List<(List<TokenWindow> Windows, float[] Norms, float[] Residual)> sample)
    {
        if (sample.Count == 0)
        {
            yield break;
        }

        var skip = Options.Exclusion.FirstPosition ? 1 : 0;
        var norms = new List<float>();
        foreach (var (windows, all, _) in sample)
        {
            var start = 0;
            foreach (var length in windows.Select(window => window.Ids.Length))
            {
                norms.AddRange(all.AsSpan((start + Math.Min(skip, length))..(start + length)));
                start += length;
            }
        }

        Limit = MassiveLimit.Of([.. norms], Options.Exclusion.MassiveFactor);
        foreach (var (windows, all, residual) in sample)
        {
            yield return Keep(windows, all, residual);
        }

        sample.Clear();
    }

    private HarvestedBatch Keep(List<TokenWindow> group, float[] norms, ReadOnlyMemory<float> residual)
    {
        var longest = group.Max(window => window.Ids.Length);
        var why = new LeftOut[norms.Length];
        var token = 0;
        foreach (var length in group.Select(window => window.Ids.Length))
        {
            for (var position = 0; position < length; position++, token++)
            {
                why[token] = position == 0 && Options.Exclusion.FirstPosition ? LeftOut.FirstPosition
                    : norms[token] > Limit!.Limit ? LeftOut.Massive
                    : LeftOut.No;
            }
        }

        var rows = why.AsSpan().Count(LeftOut.No);
        var kept = GC.AllocateUninitializedArray<float>(rows * HiddenSize);
        var (row, next) = (0, 0);
        for (var window = 0; window < group.Count; window++)
        {
            for (var position = 0; position < group[window].Ids.Length; position++)
            {
                if (why[next++] == LeftOut.No)
                {
                    Row(residual.Span, (window * longest) + position).CopyTo(kept.AsSpan(row++ * HiddenSize));
                }
            }
        }

        return new HarvestedBatch { Windows = group, Tokens = norms.Length, LeftOut = why, Rows = rows, Activations = kept };
    }

    private ReadOnlySpan<float> Row(ReadOnlySpan<float> rows, int row) => rows.Slice(row * HiddenSize, HiddenSize);
}
