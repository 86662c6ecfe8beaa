using Microsoft.Extensions.Logging;
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
    private readonly WorkSignal _signal = new();
    private readonly TimeProvider _time;
    private readonly ITimer? _readerTimer;
    private readonly LoopPulse _pulse;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private volatile Exception? _failure;
    private volatile bool _ended;
    private volatile int _active;
    private long _steps;
    private long _allocatedBytes;
    private int _decoding;
    private int _nextPrefill;

    public BatchLoop(SteerableModel model, BatchingDecoderOptions options, TimeProvider time, ILogger logger)
    {
        (_model, _options, _time, _pulse, _logger) = (model, options, time, new LoopPulse(time), logger);
        _graph = new BatchGraph(model, options.Threads ?? model.Options.Threads);
        try
        {
            // Logits of every position of a pass are written: keep them within some 32 MB.
            var chunk = Math.Clamp((1 << 23) / _graph.Vocabulary, 1, options.PrefillChunk);
            var positions = Math.Max(Math.Max(options.Slots, chunk), BatchProbe.Tokens);
            MaxTokens = Math.Min(options.MaxTokens ?? model.ContextLength, model.ContextLength);
            _cache = new KeyValueCache(_graph, options.Slots, Math.Max(MaxTokens, BatchProbe.Tokens));
            _sites = model.Sites.ToDictionary(site => site.Name, site => new BatchSite(site, options.Slots, positions), StringComparer.Ordinal);
            _pass = new BatchPass(_graph, _cache, [.. _sites.Values], options.Slots, positions);
            _plan = new PrefillPlan(options.PrefillShare, chunk, options.Slots);
            (Chunk, _scratch, _queue) = (chunk, new SamplerScratch(_graph.Vocabulary), new AdmissionQueue(options));
            (_rows, _riders, _lengths, _tokens) = (new BatchRow?[options.Slots], new BatchRow?[options.Slots], new int[options.Slots], new int[options.Slots]);
            BatchProbe.Run(_graph, _pass, options.Slots);
            _readerTimer = options.ReaderTimeout is null ? null : time.CreateTimer(_ => _signal.Wake(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
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
    public DecoderPulse Pulse => _pulse.Read(!_ended && _thread.IsAlive, _active, _queue.Count);

    /// <summary>Passes over conversations that are decoded, so far.</summary>
    public long Steps => Interlocked.Read(ref _steps);

    /// <summary>Managed bytes that the loop's thread has allocated so far.</summary>
    public long AllocatedBytes => Interlocked.Read(ref _allocatedBytes);

    /// <summary>Adds a conversation, once there is a place.</summary>
    /// <exception cref="DecoderBusyException">There is none, and the options say to refuse.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    /// <exception cref="SteeringException">The loop failed; the failure is the inner exception.</exception>
    public async ValueTask AddAsync(BatchRow row, CancellationToken cancellationToken)
    {
        if (_ended)
        {
            throw WhyEnded();
        }

        await _queue.AddAsync(row, cancellationToken).ConfigureAwait(false);
        _signal.Wake();
    }

    /// <summary>Says that a reader has caught up.</summary>
    public void Wake() => _signal.Wake();

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
            _signal.Wake();
        }
    }

    /// <summary>Ends every conversation and waits for the thread, unless called by it.</summary>
    public void Dispose()
    {
        _ended = true;
        _signal.End();
        if (Thread.CurrentThread != _thread)
        {
            _thread.Join();
        }
    }

    private void Run()
    {
        try
        {
            while (_signal.BeginTurn())
            {
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
                    WatchReaders();
                    _signal.Wait();
                }
            }
        }
        catch (Exception exception)
        {
            // Every conversation is told, and whoever comes later; the decoder takes no more.
            (_failure, _ended) = (exception, true);
        }

        Array.ForEach(_queue.Close(WhyEnded), row => row.Complete(WhyEnded()));
        Array.ForEach(_rows, row => row?.Complete(WhyEnded()));
        _active = 0;
        DisposeNative();
        if (_failure is { } failure)
        {
            // Last, so that a log that throws leaves nobody waiting.
            LogStopped(_logger, _model.Name, failure);
        }
    }

    /// <summary>A new exception for each conversation: one that is thrown twice tells of the wrong place.</summary>
    private Exception WhyEnded() => _failure is { } failure
        ? new SteeringException($"Decoding of {_model.Name} stopped: {failure.Message} Create a new BatchingDecoder.", failure)
        : new ObjectDisposedException(nameof(BatchingDecoder));

    /// <summary>Lets go of conversations that nobody reads any more.</summary>
    private void Sweep()
    {
        for (var slot = _rows.Length - 1; slot >= 0; slot--)
        {
            if (_rows[slot] is not { } row)
            {
                continue;
            }

            if (row.IsCancelled)
            {
                Remove(row, error: null);
            }
            else if (_options.ReaderTimeout is { } limit && row.IsHeld && row.UpdateHeld() && row.Waited(_time) >= limit)
            {
                Remove(row, new SteeringException($"Nobody has read this conversation for {limit} while {_options.ReadAhead} of its tokens waited, so its slot was given to others. Read a conversation to its end or dispose its enumerator; where a reader may rest longer, raise BatchingDecoderOptions.ReaderTimeout."));
            }
        }
    }

    /// <summary>Makes sure that the loop looks again when the first of the conversations that wait for their readers has waited too long.</summary>
    private void WatchReaders()
    {
        if (_options.ReaderTimeout is not { } limit)
        {
            return;
        }

        var next = Timeout.InfiniteTimeSpan;
        for (var slot = 0; slot < _decoding; slot++)
        {
            var left = limit - _rows[slot]!.Waited(_time);
            left = left > TimeSpan.Zero ? left : TimeSpan.Zero;
            next = next < TimeSpan.Zero || left < next ? left : next;
        }

        // A timer counts whole milliseconds and must not be early.
        _readerTimer!.Change(next < TimeSpan.Zero ? next : next + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
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

    [LoggerMessage(Level = LogLevel.Error, Message = "Decoding of {Model} stopped. The decoder takes no more requests; restart the application, or create a new decoder.")]
    private static partial void LogStopped(ILogger logger, string model, Exception failure);

    private void DisposeNative()
    {
        _readerTimer?.Dispose();
        _pass?.Dispose();
        foreach (var site in _sites?.Values ?? Enumerable.Empty<BatchSite>())
        {
            site.Dispose();
        }

        _cache?.Dispose();
        _graph.Dispose();
    }
}
