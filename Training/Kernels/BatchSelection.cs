using System.Diagnostics;

namespace Steering.Training.Kernels;

/// <summary>
/// The k·B largest positive pre-activations of a batch, exactly, without keeping the batch's [B, D] matrix: candidates above
/// a bound a little below the last batch's threshold are collected as blocks are multiplied. Should they be too few, the
/// batch is multiplied once more without a bound.
/// </summary>
internal sealed unsafe class BatchSelection
{
    private const float Margin = 0.8f;

    private readonly List<int>[] _latents;
    private readonly List<float>[] _values;
    private readonly int[] _counts;
    private readonly int[] _blocks;
    private float[] _ranked = [];
    private float _bound;
    private float _nextBound;

    /// <summary>Number of activations that a batch keeps: k times the tokens, rounded down.</summary>
    public static int Kept(double k, int tokens) => (int)(k * tokens);

    public BatchSelection(int capacity, int blocks)
    {
        _latents = [.. Enumerable.Range(0, blocks).Select(_ => new List<int>())];
        _values = [.. Enumerable.Range(0, blocks).Select(_ => new List<float>())];
        _counts = new int[capacity];
        _blocks = new int[capacity];
    }

    /// <summary>Begins a sweep over the batch.</summary>
    public void Start()
    {
        _bound = _nextBound;
        foreach (var list in _latents)
        {
            list.Clear();
        }

        foreach (var list in _values)
        {
            list.Clear();
        }
    }

    /// <summary>Collects the candidates of one token; the tokens of a block come in order.</summary>
    public void Collect(int block, int token, float* row, int latents, SparseWorkspace space)
    {
        var found = RankSelect.Above(row, 0, latents, _bound, space.Indices, space.Values);
        _latents[block].AddRange(new ReadOnlySpan<int>(space.Indices, found));
        _values[block].AddRange(new ReadOnlySpan<float>(space.Values, found));
        _counts[token] = found;
        _blocks[token] = block;
    }

    /// <summary>Keeps the largest, of equal ones those that come first.</summary>
    /// <param name="keep">How many.</param>
    /// <param name="tokens">Tokens of the batch.</param>
    /// <param name="code">Receives them.</param>
    /// <returns>False where the bound was too high and the sweep must be repeated.</returns>
    public bool TryFinish(long keep, int tokens, SparseCode code)
    {
        var candidates = _values.Sum(list => (long)list.Count);
        if (candidates < keep && _bound > 0)
        {
            _nextBound = 0;
            return false;
        }

        var threshold = candidates <= keep ? 0 : Threshold(keep, checked((int)candidates));
        _nextBound = Margin * threshold;
        var ties = candidates <= keep ? 0 : keep - CountAbove(threshold);
        code.Reserve(checked((int)Math.Min(keep, candidates)));
        Fill(tokens, code, threshold, ties);
        return true;
    }

    private float Threshold(long keep, int candidates)
    {
        if (_ranked.Length < candidates)
        {
            _ranked = GC.AllocateUninitializedArray<float>(candidates + (candidates / 4));
        }

        var at = 0;
        foreach (var list in _values)
        {
            list.CopyTo(_ranked, at);
            at += list.Count;
        }

        fixed (float* ranked = _ranked)
        {
            return RankSelect.KthLargest(ranked, candidates, (nint)keep);
        }
    }

    private long CountAbove(float threshold)
    {
        long above = 0;
        foreach (var list in _values)
        {
            foreach (var value in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(list))
            {
                above += value > threshold ? 1 : 0;
            }
        }

        return above;
    }

    private void Fill(int tokens, SparseCode code, float threshold, long ties)
    {
        var block = -1;
        var cursor = 0;
        var entry = 0;
        for (var token = 0; token < tokens; token++)
        {
            if (_blocks[token] != block)
            {
                block = _blocks[token];
                cursor = 0;
            }

            code.Starts[token] = entry;
            for (var end = cursor + _counts[token]; cursor < end; cursor++)
            {
                var value = _values[block][cursor];
                if (value > threshold || (value == threshold && ties-- > 0))
                {
                    code.Latents[entry] = _latents[block][cursor];
                    code.Values[entry++] = value;
                }
            }

            code.Counts[token] = entry - code.Starts[token];
        }

        Debug.Assert(entry <= code.Latents.Length, "room for every entry kept");
    }
}
