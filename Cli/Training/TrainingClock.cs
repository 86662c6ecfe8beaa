using System.Globalization;

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

/// <summary>Seconds of the parts of a training.</summary>
/// <param name="Harvesting">Reading the text, running the model over it, and checkpoints.</param>
/// <param name="Steps">The steps of all autoencoders.</param>
/// <param name="Measuring">Measuring the results and writing them.</param>
internal sealed record TrainingTimes(double Harvesting, double Steps, double Measuring)
{
    /// <summary>All of it.</summary>
    public double All => Harvesting + Steps + Measuring;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"It took {All:0.#} s: {Harvesting:0.#} s reading and harvesting, {Steps:0.#} s of steps, {Measuring:0.#} s measuring and writing.");
}
