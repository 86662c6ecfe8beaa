using Steering.Training.Autoencoders;

namespace Steering.Training.Trainer;

/// <summary>What a run carries from step to step beside weights and moments.</summary>
internal sealed class TrainingState
{
    /// <param name="options">The run's options.</param>
    public TrainingState(TrainingOptions options)
    {
        IdleSteps = new long[options.LatentCount];
        Threshold = new ThresholdEstimate(options.Autoencoder switch
        {
            BatchTopKSettings batch => batch.ThresholdRate,
            MatryoshkaSettings nested => nested.ThresholdRate,
            _ => ThresholdEstimate.DefaultRate,
        });
        Controller = options.TargetL0 is { } target ? new TargetL0Controller(target, options.ControllerGain) : null;
    }

    /// <summary>Steps done.</summary>
    public long Step { get; set; }

    /// <summary>Threshold of the batch kinds at inference.</summary>
    public ThresholdEstimate Threshold { get; }

    /// <summary>Brings the sparsity penalty to a target, or null.</summary>
    public TargetL0Controller? Controller { get; }

    /// <summary>[D] steps since a latent was last active.</summary>
    public long[] IdleSteps { get; }

    /// <summary>Latents that were not active for so many steps, ascending.</summary>
    public int[] DeadLatents(long idle)
    {
        var dead = new List<int>();
        for (var latent = 0; latent < IdleSteps.Length; latent++)
        {
            if (IdleSteps[latent] >= idle)
            {
                dead.Add(latent);
            }
        }

        return [.. dead];
    }

    /// <summary>Records a step.</summary>
    /// <param name="step">What was computed.</param>
    /// <param name="result">What was found.</param>
    /// <param name="tokens">Tokens of the batch.</param>
    public void Advance(IGradientStep step, GradientStepResult result, int tokens)
    {
        for (var latent = 0; latent < IdleSteps.Length; latent++)
        {
            IdleSteps[latent] = step.WasActive(latent) ? 0 : IdleSteps[latent] + 1;
        }

        Threshold.Observe(result.SmallestActivation);
        Controller?.Observe((double)result.ActiveCount / tokens);
        Step++;
    }
}
