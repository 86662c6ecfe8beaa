using Steering.Training.Activations;

namespace Steering.Training.Trainer;

/// <summary>A whole run: continues or starts, steps to the end, writes checkpoints and a log line for every step.</summary>
public static class TrainingRun
{
    /// <summary>Steps between checkpoints unless given.</summary>
    public const int DefaultCheckpointSteps = 500;

    /// <summary>Runs to the end. Cancelled, it writes a checkpoint and throws <see cref="OperationCanceledException"/>.</summary>
    /// <param name="options">What to train.</param>
    /// <param name="source">Activations, from their beginning.</param>
    /// <param name="folder">Folder of the run: checkpoints, and <c>training.jsonl</c> with a line for every step.</param>
    /// <param name="resume">Whether to continue what the folder holds; otherwise it must hold no run.</param>
    /// <param name="checkpointSteps">Steps between checkpoints, at least 1.</param>
    /// <param name="progress">Told after every step, or null.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <returns>The finished trainer; the caller disposes of it.</returns>
    /// <exception cref="SteeringException">The folder holds a run and <paramref name="resume"/> is false, or the run cannot go on.</exception>
    public static SaeTrainer Complete(
        TrainingOptions options,
        IActivationSource source,
        string folder,
        bool resume,
        int checkpointSteps = DefaultCheckpointSteps,
        IProgress<TrainingStep>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentOutOfRangeException.ThrowIfLessThan(checkpointSteps, 1);
        if (!resume && Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new SteeringException($"{folder} holds a run already. Continue it (--resume), or remove the folder to start anew.");
        }

        var trainer = (resume ? TrainingCheckpoint.Resume(folder, options, source) : null) ?? SaeTrainer.Start(options, source, cancellationToken);
        try
        {
            using var log = TrainingLog.Open(folder, trainer.StepsDone);
            while (!trainer.IsFinished)
            {
                if (cancellationToken.IsCancellationRequested)
                {
                    TrainingCheckpoint.Save(trainer, folder);
                    cancellationToken.ThrowIfCancellationRequested();
                }

                var step = trainer.Step(CancellationToken.None);
                log.Write(step);
                progress?.Report(step);
                if (trainer.StepsDone % checkpointSteps == 0 || trainer.IsFinished)
                {
                    log.Flush();
                    TrainingCheckpoint.Save(trainer, folder);
                }
            }

            return trainer;
        }
        catch
        {
            trainer.Dispose();
            throw;
        }
    }
}
