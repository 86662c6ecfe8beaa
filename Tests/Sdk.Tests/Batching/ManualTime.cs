namespace Steering.Tests.Sdk.Batching;

/// <summary>A clock that a test moves. It says when a timer was set, so that the test need not guess.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Alarm> _alarms = [];
    private TaskCompletionSource _set = New();
    private TimeSpan _now;

    /// <summary>Thrown instead of telling the time, once it is set.</summary>
    public Exception? Failure { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>The next time that a timer is set to go off.</summary>
    public Task NextTimer
    {
        get
        {
            lock (_lock)
            {
                return _set.Task;
            }
        }
    }

    public override long GetTimestamp()
    {
        lock (_lock)
        {
            return Failure is null ? _now.Ticks : throw Failure;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this, () => callback(state));
        alarm.Change(dueTime, period);
        return alarm;
    }

    /// <summary>Moves the clock; timers that are due by then go off.</summary>
    public void Advance(TimeSpan time)
    {
        Alarm[] due;
        lock (_lock)
        {
            _now += time;
            due = [.. _alarms.Where(alarm => alarm.Due <= _now)];
            _alarms.RemoveAll(due.Contains);
            _set = New();
        }

        Array.ForEach(due, alarm => alarm.Ring());
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Alarm(ManualTime owner, Action ring) : ITimer
    {
        public TimeSpan Due { get; private set; }

        public void Ring() => ring();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (owner._lock)
            {
                owner._alarms.Remove(this);
                if (dueTime >= TimeSpan.Zero)
                {
                    Due = owner._now + dueTime;
                    owner._alarms.Add(this);
                    owner._set.TrySetResult();
                }
            }

            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
