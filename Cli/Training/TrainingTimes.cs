using System.Globalization;

namespace Steering.Cli.Training;

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
