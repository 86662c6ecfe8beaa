namespace Steering.IO;

/// <summary>
/// The life of something native that one thread may dispose of while others use it. A call is short and is waited for; a
/// lease is held by what lives on it. Closed, it lets nobody in any more, waits for the calls that run, and is freed with
/// the last lease. Thread-safe.
/// </summary>
/// <param name="owner">What is disposed of, for <see cref="ObjectDisposedException"/>.</param>
/// <param name="free">Frees it; called once, by whoever leaves last.</param>
internal sealed class NativeLifetime(object owner, Action free)
{
    [ThreadStatic]
    private static int _callsOfThread;

    private readonly object _gate = new();
    private int _calls;
    private int _leases;
    private bool _closed;
    private bool _freed;

    /// <summary>Whether nobody is let in any more.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_gate)
            {
                return _closed;
            }
        }
    }

    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public void ThrowIfClosed() => ObjectDisposedException.ThrowIf(IsClosed, owner);

    /// <summary>Enters for one call; disposing of the result leaves.</summary>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public NativeCall Call()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, owner);
            _calls++;
        }

        _callsOfThread++;
        return new NativeCall(this);
    }

    /// <summary>Keeps it from being freed until the result is disposed of.</summary>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public NativeLease Lease()
    {
        AddLease();
        return new NativeLease(this);
    }

    /// <summary>As <see cref="Lease"/>, to be ended by <see cref="EndLease"/>.</summary>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public void AddLease()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, owner);
            _leases++;
        }
    }

    /// <summary>Lets nobody in any more, and returns when no call runs. Closing again does nothing.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;

            // Who disposes of it from within a call, as a gate's callback may, cannot wait for itself: that call frees it.
            while (_calls > 0 && _callsOfThread == 0)
            {
                Monitor.Wait(_gate);
            }

            FreeWhenUnused();
        }
    }

    /// <summary>Ends a lease.</summary>
    public void EndLease()
    {
        lock (_gate)
        {
            _leases--;
            FreeWhenUnused();
        }
    }

    /// <summary>Ends a call of this thread.</summary>
    public void EndCall()
    {
        _callsOfThread--;
        lock (_gate)
        {
            _calls--;
            FreeWhenUnused();
            if (_closed)
            {
                Monitor.PulseAll(_gate);
            }
        }
    }

    private void FreeWhenUnused()
    {
        if (_closed && !_freed && _calls == 0 && _leases == 0)
        {
            _freed = true;
            free();
        }
    }
}

/// <summary>A hold on something native: it may be closed meanwhile, but is not freed.</summary>
internal sealed class NativeLease(NativeLifetime lifetime) : IDisposable
{
    private bool _ended;

    /// <inheritdoc cref="NativeLifetime.Call"/>
    public NativeCall Call() => lifetime.Call();

    /// <inheritdoc cref="NativeLifetime.ThrowIfClosed"/>
    public void ThrowIfClosed() => lifetime.ThrowIfClosed();

    public void Dispose()
    {
        if (!Interlocked.Exchange(ref _ended, true))
        {
            lifetime.EndLease();
        }
    }
}

/// <summary>One call into something native. Dispose of it once, on the same thread.</summary>
internal readonly ref struct NativeCall(NativeLifetime lifetime) : IDisposable
{
    public void Dispose() => lifetime.EndCall();
}
