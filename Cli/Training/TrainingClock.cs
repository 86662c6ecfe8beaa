namespace Steering.Cli.Training;

/// <summary>Where a training's time goes: up to the first step, the steps with the harvest that they wait for, measuring and writing.</summary>
/// <param name="time">The clock.</param>
internal sealed class TrainingClock(TimeProvider time)
{
    private readonly List<double> _parts = [];
    private long _since = time.GetTimestamp();

    /// <summary>One part is done, the next begins.</summary>
    public void Next()
    {
        _parts.Add(time.GetElapsedTime(_since).TotalSeconds);
        _since = time.GetTimestamp();
    }

    /// <summary>The times, once all three parts are done.</summary>
    /// <param name="steps">Seconds of the steps themselves; the rest of their part was waiting for activations.</param>
    public TrainingTimes Parts(double steps) => new(_parts[0] + Math.Max(0, _parts[1] - steps), Math.Min(steps, _parts[1]), _parts[2]);
}
