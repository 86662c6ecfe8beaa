namespace Steering.Export.Hub;

/// <summary>Cancels when a connection is silent for too long, or when the caller cancels.</summary>
internal sealed class SilenceGuard : IDisposable
{
    // A timer of one's own that cancels may fire after all is disposed of, and what it throws then ends the process.
    private readonly CancellationTokenSource _silence;
    private readonly CancellationTokenSource _either;
    private readonly CancellationToken _outer;
    private readonly TimeSpan _longest;

    public SilenceGuard(TimeProvider time, TimeSpan silence, CancellationToken cancellationToken)
    {
        (_outer, _longest) = (cancellationToken, silence);
        _silence = new CancellationTokenSource(silence, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _silence.Token);
        Token = _either.Token;
    }

    /// <summary>Cancelled by either.</summary>
    public CancellationToken Token { get; }

    /// <summary>Whether it was the silence, not the caller.</summary>
    public bool WasSilent => _silence.IsCancellationRequested && !_outer.IsCancellationRequested;

    /// <summary>Something was heard: the silence is counted anew.</summary>
    public void Heard() => _silence.CancelAfter(_longest);

    /// <inheritdoc/>
    public void Dispose()
    {
        _either.Dispose();
        _silence.Dispose();
    }
}
