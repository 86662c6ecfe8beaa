namespace Steering.Batching;

/// <summary>
/// Tells a thread that works in turns that there may be work, or that it is to end. Every look and every change is one step
/// under one lock, so no signal can fall between the two and be lost.
/// </summary>
internal sealed class WorkSignal
{
    private readonly object _lock = new();
    private bool _work;
    private bool _ended;

    /// <summary>Begins a turn: what was signalled before is this turn's to find.</summary>
    /// <returns>False when the thread is to end.</returns>
    public bool BeginTurn()
    {
        lock (_lock)
        {
            _work = false;
            return !_ended;
        }
    }

    /// <summary>Waits for what was signalled since the turn began, or will be.</summary>
    public void Wait()
    {
        lock (_lock)
        {
            while (!_work && !_ended)
            {
                Monitor.Wait(_lock);
            }
        }
    }

    /// <summary>Says that there may be work. Any thread.</summary>
    public void Wake()
    {
        lock (_lock)
        {
            _work = true;
            Monitor.Pulse(_lock);
        }
    }

    /// <summary>Says that no further turn is to begin. Any thread, any number of times.</summary>
    public void End()
    {
        lock (_lock)
        {
            _ended = true;
            Monitor.Pulse(_lock);
        }
    }
}
