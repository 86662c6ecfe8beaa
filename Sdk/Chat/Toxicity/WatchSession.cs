using System.Runtime.InteropServices;
using Steering.Compilation;
using Steering.Decoding;
using Steering.Models;

namespace Steering.Chat.Toxicity;

/// <summary>
/// Watches read over a sequence that grows, and may change at its end: every position is computed once, with the keys and values
/// of those before. Longer sequences than a window are read in windows that overlap by half; which of them a position is read in depends on the
/// position alone, so its value depends on the tokens up to it and not on how they arrived. Not thread-safe.
/// </summary>
/// <param name="model">The model that reads.</param>
/// <param name="policy">The watches; edits nothing.</param>
/// <param name="window">Most tokens that a position is read with, itself among them.</param>
/// <param name="from">First position whose value is wanted.</param>
internal sealed class WatchSession(SteerableModel model, CompiledPolicy policy, int window, int from) : IDisposable
{
    private readonly List<int> _ids = [];
    private readonly List<float> _values = [];
    private readonly int _levels = policy.Watches.Count;
    private SteeredGeneration? _generation;
    private int _start;
    private int _read;
    private int _known;

    /// <summary>Positions computed so far, of all calls together.</summary>
    public long Computed { get; private set; }

    /// <summary>Brings the values up to a sequence.</summary>
    /// <param name="ids">The whole sequence.</param>
    /// <param name="cancellationToken">Stops between passes.</param>
    public void Read(ReadOnlySpan<int> ids, CancellationToken cancellationToken)
    {
        var common = CollectionsMarshal.AsSpan(_ids).CommonPrefixLength(ids);
        _ids.RemoveRange(common, _ids.Count - common);
        _ids.AddRange(ids[common..]);
        _read = Math.Min(_read, common);
        _known = Math.Max(from, Math.Min(_known, common));
        _values.RemoveRange((_known - from) * _levels, _values.Count - ((_known - from) * _levels));
        while (_known < ids.Length)
        {
            // What was computed of a pass that was stopped is not known, and is read again.
            var start = Start(_known);
            var end = Math.Min(ids.Length, start + window);
            Compute(ids, start, end, cancellationToken);
            Keep(end);
        }
    }

    /// <summary>[L] activations at a position of the latest sequence.</summary>
    public ReadOnlySpan<float> At(int position) => CollectionsMarshal.AsSpan(_values).Slice((position - from) * _levels, _levels);

    public void Dispose()
    {
        _generation?.Dispose();
        _generation = null;
    }

    private void Compute(ReadOnlySpan<int> ids, int start, int end, CancellationToken cancellationToken)
    {
        if (_generation is not null && _start == start && _read > start)
        {
            var first = _read;
            _read = start;
            _generation.ReadOn(first - start, ids[first..end], cancellationToken);
            Computed += end - first;
        }
        else
        {
            _generation?.Dispose();
            _generation = null;
            (_start, _read) = (start, start);
            _generation = model.Start(new DecodeRequest { PromptIds = ids[start..end].ToArray(), MaxTokens = window + 1 - (end - start), Policy = policy }, collectActivations: true);
            _generation.Prefill(cancellationToken);
            Computed += end - start;
        }

        _read = end;
    }

    private void Keep(int end)
    {
        for (; _known < end; _known++)
        {
            for (var level = 0; level < _levels; level++)
            {
                var row = policy.Watches[level].Row;
                var rows = policy.Sites[row.Site].RowCount;
                _values.Add(_generation!.PromptActivations(row.Site)[((_known - _start) * rows) + row.Row]);
            }
        }
    }

    // Each window but the first begins with half a window of what stands before its own positions.
    private int Start(int position)
    {
        var step = window - (window / 2);
        return position < window ? 0 : ((position - window) / step * step) + step;
    }
}

/// <summary>What the watches say of one position.</summary>
/// <param name="Exceeds">Whether a watch is above its on level, or not a number.</param>
/// <param name="Low">Whether every watch is at or below its off level.</param>
/// <param name="Watch">Index of the watch furthest above its on level, or nearest to it.</param>
/// <param name="Value">Its value.</param>
internal readonly record struct WatchReading(bool Exceeds, bool Low, int Watch, float Value);
