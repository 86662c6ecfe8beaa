namespace Steering.Export.Hub;

/// <summary>Cancels when a connection is silent for too long, or when the caller cancels.</summary>
internal sealed class SilenceGuard : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationToken _outer;
    private readonly TimeSpan _silence;
    private readonly ITimer _timer;

    public SilenceGuard(TimeProvider time, TimeSpan silence, CancellationToken cancellationToken)
    {
        (_outer, _silence) = (cancellationToken, silence);
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _timer = time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), _source, silence, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Cancelled by either.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Whether it was the silence, not the caller.</summary>
    public bool WasSilent => _source.IsCancellationRequested && !_outer.IsCancellationRequested;

    /// <summary>Something was heard: the silence is counted anew.</summary>
    public void Heard() => _timer.Change(_silence, Timeout.InfiniteTimeSpan);

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        _source.Dispose();
    }
}
