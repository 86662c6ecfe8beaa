using Steering.Decoding;

namespace Steering.Batching;

/// <summary>When a loop began its latest step and when it ended it. One thread writes, any reads.</summary>
internal sealed class LoopPulse(TimeProvider time)
{
    private const long Never = long.MinValue;

    private long _began = Never;
    private long _ended = Never;

    public void Begin() => Volatile.Write(ref _began, time.GetTimestamp());

    /// <param name="worked">Whether anything was computed.</param>
    public void End(bool worked)
    {
        if (worked)
        {
            Volatile.Write(ref _ended, time.GetTimestamp());
        }

        Volatile.Write(ref _began, Never);
    }

    public DecoderPulse Read(bool isRunning, int active, int waiting) => new()
    {
        IsRunning = isRunning,
        Active = active,
        Waiting = waiting,
        InStep = Since(Volatile.Read(ref _began)),
        SinceStep = Since(Volatile.Read(ref _ended)),
    };

    private TimeSpan? Since(long timestamp) => timestamp == Never ? null : time.GetElapsedTime(timestamp);
}
