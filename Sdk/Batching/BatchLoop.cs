using Steering.Decoding;
using Steering.Models;

namespace Steering.Batching;

/// <summary>
/// The thread that decodes. Each turn of the loop lets go of conversations that ended, gives free slots to those that wait,
/// runs some tokens of one prompt, and one token of every conversation that is decoded. These lie in the first slots,
/// because a pass covers neighbours; those whose prompt is not done lie behind them.
/// </summary>
internal sealed partial class BatchLoop : IDisposable
{
    private readonly SteerableModel _model;
    private readonly BatchingDecoderOptions _options;
    private readonly BatchGraph _graph;
    private readonly KeyValueCache _cache;
    private readonly Dictionary<string, BatchSite> _sites;
    private readonly BatchPass _pass;
    private readonly SamplerScratch _scratch;
    private readonly AdmissionQueue _queue;
    private readonly PrefillPlan _plan;
    private readonly BatchRow?[] _rows;
    private readonly BatchRow?[] _riders;
    private readonly int[] _lengths;
    private readonly int[] _tokens;
    private readonly ManualResetEventSlim _wake = new();
    private readonly LoopPulse _pulse = new(TimeProvider.System);
    private readonly Thread _thread;
    private volatile bool _stopping;
    private volatile int _active;
    private long _steps;
    private long _allocatedBytes;
    private int _decoding;
    private int _nextPrefill;

    public BatchLoop(SteerableModel model, BatchingDecoderOptions options)
    {
        (_model, _options) = (model, options);
        _graph = new BatchGraph(model, options.Threads ?? model.Options.Threads);
        try
        {
            // Logits of every position of a pass are written: keep them within some 32 MB.
            var chunk = Math.Clamp((1 << 23) / _graph.Vocabulary, 1, options.PrefillChunk);
            var positions = Math.Max(options.Slots, chunk);
            MaxTokens = Math.Min(options.MaxTokens ?? model.ContextLength, model.ContextLength);
            _cache = new KeyValueCache(_graph, options.Slots, MaxTokens);
            _sites = model.Sites.ToDictionary(site => site.Name, site => new BatchSite(site, options.Slots, positions), StringComparer.Ordinal);
            _pass = new BatchPass(_graph, _cache, [.. _sites.Values], options.Slots, positions);
            _plan = new PrefillPlan(options.PrefillShare, chunk, options.Slots);
            (Chunk, _scratch, _queue) = (chunk, new SamplerScratch(_graph.Vocabulary), new AdmissionQueue(options));
            (_rows, _riders, _lengths, _tokens) = (new BatchRow?[options.Slots], new BatchRow?[options.Slots], new int[options.Slots], new int[options.Slots]);
            BatchProbe.Run(_graph, _pass, options.Slots);
        }
        catch
        {
            DisposeNative();
            throw;
        }

        _thread = new Thread(Run) { IsBackground = true, Name = "Steering batch" };
        _thread.Start();
    }

    /// <summary>Most tokens of a conversation.</summary>
    public int MaxTokens { get; }

    /// <summary>Most prompt tokens of a pass.</summary>
    public int Chunk { get; }

    /// <summary>Conversations in slots.</summary>
    public int Active => _active;

    /// <summary>Conversations that wait for a slot.</summary>
    public int Waiting => _queue.Count;

    /// <summary>Its sign of life.</summary>
    public DecoderPulse Pulse => _pulse.Read(!_stopping && _thread.IsAlive, _active, _queue.Count);

    /// <summary>Passes over conversations that are decoded, so far.</summary>
    public long Steps => Interlocked.Read(ref _steps);

    /// <summary>Managed bytes that the loop's thread has allocated so far.</summary>
    public long AllocatedBytes => Interlocked.Read(ref _allocatedBytes);

    public ValueTask AddAsync(BatchRow row, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_stopping, typeof(BatchingDecoder));
        return AddThenWakeAsync(row, cancellationToken);
    }

    /// <summary>Says that a reader has caught up.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Says that a conversation's reader is gone.</summary>
    public void Release(BatchRow row)
    {
        row.Cancel();
        if (_queue.Remove(row))
        {
            _queue.Leave();
        }
        else
        {
            _wake.Set();
        }
    }

    /// <summary>Ends every conversation and waits for the thread, unless called by it.</summary>
    public void Dispose()
    {
        _stopping = true;
        _wake.Set();
        if (Thread.CurrentThread != _thread)
        {
            _thread.Join();
        }
    }

    private async ValueTask AddThenWakeAsync(BatchRow row, CancellationToken cancellationToken)
    {
        await _queue.AddAsync(row, cancellationToken).ConfigureAwait(false);
        _wake.Set();
    }

    private void Run()
    {
        Exception? failure = null;
        try
        {
            while (!_stopping)
            {
                _wake.Reset();
                _pulse.Begin();
                Sweep();
                Admit();
                var reading = PlanReading();
                var worked = reading.Chunk > 0 && Prefill(reading.Chunk);
                worked |= Step(reading.Riders);
                _allocatedBytes = GC.GetAllocatedBytesForCurrentThread();
                _pulse.End(worked);
                if (!worked)
                {
                    _wake.Wait();
                }
            }
        }
        catch (Exception exception)
        {
            // Every conversation is told; the decoder takes no more.
            failure = new SteeringException($"Decoding of {_model.Name} stopped: {exception.Message} Create a new BatchingDecoder.", exception);
            _stopping = true;
        }

        Exception error = failure ?? new ObjectDisposedException(nameof(BatchingDecoder));
        Array.ForEach(_queue.Close(), row => row.Complete(error));
        Array.ForEach(_rows, row => row?.Complete(error));
        DisposeNative();
    }

    /// <summary>Lets go of conversations that nobody reads any more.</summary>
    private void Sweep()
    {
        for (var slot = _rows.Length - 1; slot >= 0; slot--)
        {
            if (_rows[slot] is { IsCancelled: true } row)
            {
                Remove(row, error: null);
            }
        }
    }

    /// <summary>Gives free slots to those that wait, in order.</summary>
    private void Admit()
    {
        while (_queue.Peek() is { } row)
        {
            // Behind those that are decoded; there the slots are free or hold prompts.
            var slot = Array.FindIndex(_rows, _decoding, other => other is null);
            if (slot < 0 || Array.Exists(row.Sites, site => !_sites[site.Program.Site].Accepts(site.Program)))
            {
                return;
            }

            if (!_queue.Remove(row) || !TryMakeRoom(row))
            {
                continue;
            }

            _active++;
            (row.Slot, _rows[slot]) = (slot, row);
            foreach (var site in row.Sites)
            {
                _sites[site.Program.Site].Plug(site, slot);
            }
        }
    }

    private bool TryMakeRoom(BatchRow row)
    {
        try
        {
            _cache.Grow(row.Prompt.Length + row.Request.MaxTokens, Lengths());
            return true;
        }
        catch (SteeringException exception)
        {
            row.Complete(exception);
            _queue.Leave();
            return false;
        }
    }

    /// <summary>Takes a conversation out and closes the gap in the slots that are decoded.</summary>
    private void Remove(BatchRow row, Exception? error)
    {
        foreach (var site in row.Sites)
        {
            _sites[site.Program.Site].Unplug(site);
        }

        var slot = row.Slot;
        _rows[slot] = null;
        row.Slot = -1;
        if (slot < _decoding)
        {
            _decoding--;
            if (slot < _decoding)
            {
                Move(_rows[_decoding]!, slot);
            }
        }

        _active--;
        row.Complete(error);
        _queue.Leave();
    }

    private void Move(BatchRow row, int slot)
    {
        _cache.Copy(row.Slot, slot, row.Length);
        foreach (var site in row.Sites)
        {
            _sites[site.Program.Site].Lift(site);
            _sites[site.Program.Site].Settle(site, slot);
        }

        _rows[row.Slot] = null;
        (row.Slot, _rows[slot]) = (slot, row);
    }

    private void Exchange(BatchRow left, BatchRow right)
    {
        _cache.Swap(left.Slot, right.Slot, Math.Max(left.Length, right.Length));
        Array.ForEach(left.Sites, site => _sites[site.Program.Site].Lift(site));
        Array.ForEach(right.Sites, site => _sites[site.Program.Site].Lift(site));
        (left.Slot, right.Slot) = (right.Slot, left.Slot);
        Array.ForEach(left.Sites, site => _sites[site.Program.Site].Settle(site, left.Slot));
        Array.ForEach(right.Sites, site => _sites[site.Program.Site].Settle(site, right.Slot));
        (_rows[left.Slot], _rows[right.Slot]) = (left, right);
    }

    private int[] Lengths()
    {
        for (var slot = 0; slot < _rows.Length; slot++)
        {
            _lengths[slot] = _rows[slot]?.Length ?? 0;
        }

        return _lengths;
    }

    private void DisposeNative()
    {
        _pass?.Dispose();
        foreach (var site in _sites?.Values ?? Enumerable.Empty<BatchSite>())
        {
            site.Dispose();
        }

        _cache?.Dispose();
        _graph.Dispose();
    }
}
