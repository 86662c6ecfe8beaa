namespace Steering.IO;

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
