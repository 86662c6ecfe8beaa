using Steering.Training.Steps;

namespace Steering.Training.Trainer;

/// <summary>What a run carries from step to step beside weights and moments.</summary>
internal sealed class TrainingState(int latents)
{
    // Over the last hundred batches or so: the threshold follows the weights while they still move.
    private const float ThresholdDecay = 0.99f;

    /// <summary>Steps done.</summary>
    public long Step { get; set; }

    /// <summary>Mean of the smallest activation kept in recent batches: the threshold of the batch kinds at inference.</summary>
    public float Threshold { get; set; }

    /// <summary>[D] steps since a latent was last active.</summary>
    public long[] IdleSteps { get; } = new long[latents];

    /// <summary>Latents that were not active for so many steps, ascending.</summary>
    public int[] DeadLatents(long idle)
    {
        var dead = new List<int>();
        for (var latent = 0; latent < latents; latent++)
        {
            if (IdleSteps[latent] >= idle)
            {
                dead.Add(latent);
            }
        }

        return [.. dead];
    }

    /// <summary>Records a step.</summary>
    public void Advance(LatentIndex index, float smallestActivation)
    {
        for (var latent = 0; latent < latents; latent++)
        {
            IdleSteps[latent] = index.Starts[latent] < index.Starts[latent + 1] ? 0 : IdleSteps[latent] + 1;
        }

        if (float.IsFinite(smallestActivation))
        {
            Threshold = Step == 0 ? smallestActivation : (ThresholdDecay * Threshold) + ((1 - ThresholdDecay) * smallestActivation);
        }

        Step++;
    }
}
