using System.Collections.Concurrent;

namespace Steering.Tests.Export.Hub.Support;

/// <summary>A clock on which waits take no time and are noted, and on which connections are silent only when a test says so.</summary>
internal sealed class QuickTime : TimeProvider
{
    /// <summary>How long a connection may be silent: the timers of that length are the guards', all others are waits.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromHours(7);

    private readonly ConcurrentDictionary<Guard, byte> _guards = new();

    /// <summary>The waits so far.</summary>
    public ConcurrentQueue<TimeSpan> Waits { get; } = new();

    public override DateTimeOffset GetUtcNow() => new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime != Silence)
        {
            Waits.Enqueue(dueTime);
            return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }

        var guard = new Guard(this, () => callback(state));
        _guards.TryAdd(guard, 0);
        return guard;
    }

    /// <summary>All connections have been silent for too long.</summary>
    public void FallSilent()
    {
        foreach (var guard in _guards.Keys)
        {
            guard.Fire();
        }
    }

    private sealed class Guard(QuickTime owner, Action fire) : ITimer
    {
        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() => owner._guards.TryRemove(this, out _);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
