using Steering.Saes;
using Steering.Training.Optimisation;

namespace Steering.Training.Trainer;

/// <summary>
/// Everything that decides what a training run computes. The defaults suit a new model without tuning: inputs are scaled so
/// that their mean norm is √d, and all coefficients weigh against the squared error, so none depends on d or on the scale.
/// </summary>
public sealed record TrainingOptions
{
    /// <summary>Kind of autoencoder: TopK, AbsTopK, BatchTopK or MatryoshkaBatchTopK.</summary>
    public SaeArchitecture Architecture { get; init; } = SaeArchitecture.TopK;

    /// <summary>Number of latents D.</summary>
    public required int LatentCount { get; init; }

    /// <summary>Active latents a token; may be fractional for the batch kinds, where it is a mean.</summary>
    public double K { get; init; } = 32;

    /// <summary>Ends of the nested prefixes, ascending and ending with D (Matryoshka); empty: D/16, D/8, D/4, D/2, D.</summary>
    public IReadOnlyList<int> Prefixes { get; init; } = [];

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

    /// <summary>Norm of the encoder rows at the start, where they lie along the decoder rows. Small: few latents win at first, and fewer die.</summary>
    public double EncoderStart { get; init; } = 0.1;

    /// <summary>A latent is dead after so many tokens without being active.</summary>
    public long DeadAfterTokens { get; init; } = 5_120;

    /// <summary>Weight of the auxiliary loss beside the squared error; 0: none.</summary>
    public double AuxiliaryCoefficient { get; init; } = 0.5;

    /// <summary>Dead latents that reconstruct the error of one token at most; null: d/2.</summary>
    public int? AuxiliaryLatents { get; init; }

    /// <summary>Rows at the start from which input scale and decoder bias are estimated.</summary>
    public int EstimationRows { get; init; } = 32_768;

    /// <summary>Decides the initial weights.</summary>
    public int Seed { get; init; }

    /// <summary>Number of steps.</summary>
    public long Steps => (Tokens + BatchSize - 1) / BatchSize;

    internal double PeakLearningRate => LearningRate ?? 0.2 / Math.Sqrt(LatentCount);

    /// <summary>Learning rate of a step.</summary>
    /// <param name="step">0 for the first.</param>
    internal double LearningRateAt(long step)
    {
        var rise = WarmUpSteps == 0 ? 1 : Math.Min(1, (step + 1.0) / WarmUpSteps);
        var left = (Steps - step) / (double)Steps;
        return PeakLearningRate * rise * (left < DecayShare ? left / DecayShare : 1);
    }
}
