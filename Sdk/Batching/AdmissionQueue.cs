using System.Diagnostics.CodeAnalysis;

namespace Steering.Batching;

/// <summary>
/// Conversations between their caller and a slot, first come, first served. As many may be under way, waiting or decoded,
/// as there are slots and places; the next caller waits in line, or is refused.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Callers may stand in line when the decoder goes; a semaphore whose wait handle nobody asks for holds nothing native.")]
internal sealed class AdmissionQueue
{
    private readonly BatchingDecoderOptions _options;
    private readonly SemaphoreSlim _places;
    private readonly LinkedList<BatchRow> _waiting = [];
    private readonly Lock _lock = new();
    private Func<Exception>? _whyClosed;

    public AdmissionQueue(BatchingDecoderOptions options)
    {
        _options = options;
        _places = new SemaphoreSlim(options.Slots + options.QueueLength);
    }

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Adds a conversation, once there is a place.</summary>
    /// <exception cref="DecoderBusyException">There is none, and the options say to refuse.</exception>
    /// <exception cref="Exception">The queue is closed; what <see cref="Close"/> was told.</exception>
    public async ValueTask AddAsync(BatchRow row, CancellationToken cancellationToken)
    {
        if (!_options.RefuseWhenFull)
        {
            await _places.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        else if (!await _places.WaitAsync(0, cancellationToken).ConfigureAwait(false))
        {
            throw new DecoderBusyException($"{_options.Slots} conversations are decoded and {_options.QueueLength} wait, which is all that this decoder takes. Try again later, or raise BatchingDecoderOptions.Slots or QueueLength.");
        }

        Func<Exception> why;
        lock (_lock)
        {
            if (_whyClosed is null)
            {
                _waiting.AddLast(row);
                return;
            }

            why = _whyClosed;
        }

        _places.Release();
        throw why();
    }

    /// <summary>The conversation that is next in line, or null. It stays there.</summary>
    public BatchRow? Peek()
    {
        lock (_lock)
        {
            return _waiting.First?.Value;
        }
    }

    /// <summary>Takes a conversation out of the line; it keeps its place until <see cref="Leave"/>.</summary>
    /// <returns>Whether it was in the line.</returns>
    public bool Remove(BatchRow row)
    {
        lock (_lock)
        {
            return _waiting.Remove(row);
        }
    }

    /// <summary>Gives the place of a conversation that was taken out to the next caller.</summary>
    public void Leave() => _places.Release();

    /// <summary>Takes no more and returns those that wait.</summary>
    /// <param name="why">Makes what a later caller is told.</param>
    public BatchRow[] Close(Func<Exception> why)
    {
        lock (_lock)
        {
            _whyClosed = why;
            BatchRow[] rows = [.. _waiting];
            _waiting.Clear();

            // A caller in line gets this place, finds the queue closed and passes the place on.
            _places.Release();
            return rows;
        }
    }
}
