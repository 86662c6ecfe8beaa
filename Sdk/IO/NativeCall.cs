namespace Steering.IO;

/// <summary>One call into something native. Dispose of it once, on the same thread.</summary>
internal readonly ref struct NativeCall(NativeLifetime lifetime) : IDisposable
{
    public void Dispose() => lifetime.EndCall();
}
