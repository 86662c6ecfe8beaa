using Steering.Analysis.Behaviours;
using Steering.Analysis.Sources;
using Steering.Export.Saes;
using Steering.Saes;
using Steering.Training.Autoencoders;
using Steering.Training.Trainer;

namespace Steering.Training.Gradients;

/// <summary>
/// Trains a small TopK autoencoder on step activations. RISE trains a ReLU autoencoder of 1.33 latents a dimension and does
/// not specify its sparsity loss; TopK is the recommended default of its public reimplementation.
/// </summary>
public static class StepAutoencoder
{
    private const int LargestBatch = 256;

    /// <summary>Latents where no number is given: 4/3 of the width, as in RISE.</summary>
    /// <param name="hiddenSize">Width d.</param>
    public static int UsualLatents(int hiddenSize) => (hiddenSize * 4 / 3) + 1;

    /// <summary>Trains one.</summary>
    /// <param name="steps">What to train on.</param>
    /// <param name="rows">Which rows of it.</param>
    /// <param name="latents">Number of latents D.</param>
    /// <param name="active">Active latents a step, at most D.</param>
    /// <param name="passes">Passes over the steps.</param>
    /// <param name="seed">Of weights and order.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="SteeringException">The options cannot be, or the activations cannot be trained on.</exception>
    public static SaeParameters Train(StepActivations steps, IReadOnlyList<int> rows, int latents, int active, int passes, long seed, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(steps);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(passes);
        var width = steps.HiddenSize;
        var chosen = new float[rows.Count * width];
        for (var row = 0; row < rows.Count; row++)
        {
            steps.Row(rows[row]).CopyTo(chosen.AsSpan(row * width));
        }

        var batch = Math.Min(LargestBatch, rows.Count);
        using var source = new MemoryActivationSource(chosen, width, seed);
        using var trainer = SaeTrainer.Start(
            new TrainingOptions
            {
                Autoencoder = new TopKSettings { K = active },
                LatentCount = latents,
                Tokens = (long)passes * rows.Count,
                BatchSize = batch,
                Initialisation = new SaeInitialisation { Seed = seed },
            },
            chosen,
            width);
        var buffer = new float[batch * width];
        while (!trainer.IsFinished)
        {
            cancellationToken.ThrowIfCancellationRequested();
            source.Read(buffer, cancellationToken);
            trainer.Step(buffer);
        }

        return SaeFolding.Scale(trainer.ToParameters());
    }
}
