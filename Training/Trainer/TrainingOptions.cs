using System.Text.Json.Serialization;
using Steering.Training.Autoencoders;
using Steering.Training.Optimisation;

namespace Steering.Training.Trainer;

/// <summary>
/// Everything that decides what a training run computes. The defaults suit a new model without tuning: inputs are scaled so
/// that their mean norm is √d, and all coefficients weigh against the squared error, so none depends on d or on the scale.
/// </summary>
public sealed record TrainingOptions
{
    private const double RatePerRoot = 0.2;
    private const int ResamplesPerRun = 10;
    private const double GainTimesSteps = 12;
    private const double SlowestGain = 0.002;

    /// <summary>Kind of autoencoder and what it is told.</summary>
    public SaeKindSettings Autoencoder { get; init; } = new TopKSettings();

    /// <summary>Number of latents D.</summary>
    public required int LatentCount { get; init; }

    /// <summary>Tokens to train on, over all passes.</summary>
    public required long Tokens { get; init; }

    /// <summary>Tokens of one step.</summary>
    public int BatchSize { get; init; } = 512;

    /// <summary>Peak learning rate; null: 0.2/√D.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Steps over which the learning rate rises linearly from 0.</summary>
    public int WarmUpSteps { get; init; } = 20;

    /// <summary>Share of the steps, at the end, over which the learning rate falls linearly to 0.</summary>
    public double DecayShare { get; init; } = 1;

    /// <summary>Adam's constants. A second moment that forgets fast follows the norms of this loss better than the usual 0.999.</summary>
    public AdamSettings Adam { get; init; } = new(Beta2: 0.99);

    /// <summary>Largest norm of all gradients together; 0: no limit.</summary>
    public double GradientClip { get; init; } = 1;

    /// <summary>How the weights start.</summary>
    public SaeInitialisation Initialisation { get; init; } = new();

    /// <summary>A latent is dead after so many tokens without being active.</summary>
    public long DeadAfterTokens { get; init; } = 5_120;

    /// <summary>
    /// Steps between two resamplings of the latents that were not active since the last, for kinds with a sparsity penalty;
    /// null: a tenth of all steps, 0: never. There is none in the last third, where the learning rate is too low to use them.
    /// </summary>
    public int? ResampleSteps { get; init; }

    /// <summary>Share of the steps, at the beginning, over which the sparsity penalty rises linearly from 0.</summary>
    public double SparsityWarmUpShare { get; init; } = 0.4;

    /// <summary>
    /// Mean number of active latents that a controller brings kinds with a sparsity penalty to, whatever their coefficient;
    /// null: the coefficient stays as it is.
    /// </summary>
    public double? TargetL0 { get; init; }

    /// <summary>Rows at the start from which input scale and decoder bias are estimated.</summary>
    public int EstimationRows { get; init; } = 32_768;

    /// <summary>Number of steps.</summary>
    public long Steps => (Tokens + BatchSize - 1) / BatchSize;

    /// <summary>The peak learning rate that holds: <see cref="LearningRate"/>, or what stands for it.</summary>
    [JsonIgnore]
    public double PeakLearningRate => LearningRate ?? RatePerRoot / Math.Sqrt(LatentCount);

    /// <summary>Learning rate of a step.</summary>
    /// <param name="step">0 for the first.</param>
    internal double LearningRateAt(long step)
    {
        var rise = WarmUpSteps == 0 ? 1 : Math.Min(1, (step + 1.0) / WarmUpSteps);
        var left = (Steps - step) / (double)Steps;
        return PeakLearningRate * rise * (left < DecayShare ? left / DecayShare : 1);
    }

    /// <summary>Share of the sparsity penalty that counts at a step.</summary>
    /// <param name="step">0 for the first.</param>
    internal double SparsityAt(long step)
    {
        var rising = SparsityWarmUpShare * Steps;
        return rising > 0 ? Math.Min(1, (step + 1) / rising) : 1;
    }

    /// <summary>
    /// Gain of the controller behind <see cref="TargetL0"/>: latents answer to a penalty only after some hundred steps, and a
    /// controller faster than that overshoots; in a short run it has to be.
    /// </summary>
    internal double ControllerGain => Math.Clamp(GainTimesSteps / Steps, SlowestGain, TargetL0Controller.DefaultGain);

    /// <summary>Steps between two resamplings; 0: none.</summary>
    internal long ResampleEvery => ResampleSteps ?? Math.Max(1, Steps / ResamplesPerRun);

    /// <summary>Whether latents are resampled before a step.</summary>
    /// <param name="step">0 for the first.</param>
    internal bool ResamplesAt(long step) => ResampleEvery > 0 && step > 0 && step % ResampleEvery == 0 && 3 * step <= 2 * Steps;
}
