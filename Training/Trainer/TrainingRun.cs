using System.Globalization;
using Steering.Analysis.Sources;
using Steering.IO;

namespace Steering.Training.Trainer;

/// <summary>
/// A whole run of one or several autoencoders from one stream of activations: every batch is read once and given to each.
/// Checkpoints hold all of them and the stream's place; each has a log with a line for every step.
/// </summary>
public sealed class TrainingRun : IDisposable
{
    /// <summary>Steps between checkpoints unless given.</summary>
    public const int DefaultCheckpointSteps = 500;

    private readonly IActivationSource _source;
    private readonly float[] _rows;
    private readonly FolderLock _lock;

    private TrainingRun(IReadOnlyList<TrainingMember> members, IReadOnlyList<SaeTrainer> trainers, IActivationSource source, string folder, FolderLock held)
    {
        (Members, Trainers, _source, Folder, _lock) = (members, trainers, source, folder, held);
        _rows = new float[members[0].Options.BatchSize * source.HiddenSize];
    }

    /// <summary>Its folder.</summary>
    public string Folder { get; }

    /// <summary>What is trained.</summary>
    public IReadOnlyList<TrainingMember> Members { get; }

    /// <summary>The trainers, in the members' order.</summary>
    public IReadOnlyList<SaeTrainer> Trainers { get; }

    /// <summary>Starts a run, or continues the one in its folder.</summary>
    /// <param name="members">What to train; all share batch size and number of tokens.</param>
    /// <param name="source">Activations, from their beginning; stays the caller's.</param>
    /// <param name="folder">Folder of the run: checkpoints, and a log for each member.</param>
    /// <param name="resume">Whether to continue what the folder holds; otherwise it must hold nothing.</param>
    /// <param name="cancellationToken">Stops waiting for activations.</param>
    /// <exception cref="SteeringException">The folder holds a run and <paramref name="resume"/> is false, or another run; another process trains there; its disk is too full; or the options or activations cannot be trained with.</exception>
    public static TrainingRun Open(IReadOnlyList<TrainingMember> members, IActivationSource source, string folder, bool resume, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        TrainingMembers.Validate(members, source.HiddenSize);
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        Directory.CreateDirectory(Path.GetDirectoryName(folder) ?? folder);
        var held = FolderLock.Beside(folder);
        try
        {
            if (!resume && Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            {
                throw new SteeringException($"{folder} holds a run already. Continue it (--resume), or remove the folder to start anew.");
            }

            // One checkpoint is written whole before the one before it goes.
            DiskSpace.Require(folder, 2 * members.Sum(member => TrainingCheckpoint.Bytes(member.Options, source.HiddenSize)), "train fewer latents, or fewer autoencoders at once");
            var trainers = (resume ? TrainingCheckpoint.Resume(folder, members, source) : null) ?? Start(members, source, cancellationToken);
            return new TrainingRun(members, trainers, source, folder, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>The step of the newest checkpoint in a run's folder, or null where there is none to continue from.</summary>
    /// <param name="folder">A run's folder, which need not exist.</param>
    public static long? StepsKept(string folder) => TrainingCheckpoint.StepsKept(folder);

    /// <summary>Folder of a member's log.</summary>
    /// <param name="member">One of the run's members.</param>
    public string FolderOf(TrainingMember member)
    {
        ArgumentNullException.ThrowIfNull(member);
        return Path.Combine(Folder, member.Name);
    }

    /// <summary>Runs to the end. Cancelled, it writes a checkpoint and throws <see cref="OperationCanceledException"/>.</summary>
    /// <param name="checkpointSteps">Steps between checkpoints, at least 1.</param>
    /// <param name="progress">Told after every step what each member's showed, in the members' order; or null.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="SteeringException">The activations ended or something is not finite; the last checkpoint is good.</exception>
    public void Complete(int checkpointSteps = DefaultCheckpointSteps, IProgress<IReadOnlyList<TrainingStep>>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(checkpointSteps, 1);
        var logs = new List<TrainingLog>();
        try
        {
            for (var i = 0; i < Members.Count; i++)
            {
                logs.Add(TrainingLog.Open(FolderOf(Members[i]), Trainers[i].StepsDone));
            }

            while (!Trainers[0].IsFinished)
            {
                if (cancellationToken.IsCancellationRequested)
                {
                    Save(logs);
                    cancellationToken.ThrowIfCancellationRequested();
                }

                var steps = Step(logs);
                progress?.Report(steps);
                if (Trainers[0].StepsDone % checkpointSteps == 0 || Trainers[0].IsFinished)
                {
                    Save(logs);
                }
            }
        }
        finally
        {
            logs.ForEach(log => log.Dispose());
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var trainer in Trainers)
        {
            trainer.Dispose();
        }

        _lock.Dispose();
    }

    private static List<SaeTrainer> Start(IReadOnlyList<TrainingMember> members, IActivationSource source, CancellationToken cancellationToken)
    {
        var rows = new float[checked(members[0].Options.EstimationRows * source.HiddenSize)];
        var sample = rows.AsSpan(0, source.Peek(rows, cancellationToken) * source.HiddenSize);
        var trainers = new List<SaeTrainer>();
        try
        {
            foreach (var member in members)
            {
                trainers.Add(SaeTrainer.Start(member.Options, sample, source.HiddenSize));
            }

            return trainers;
        }
        catch
        {
            trainers.ForEach(trainer => trainer.Dispose());
            throw;
        }
    }

    private TrainingStep[] Step(List<TrainingLog> logs)
    {
        Fill();
        var steps = new TrainingStep[Members.Count];
        for (var i = 0; i < steps.Length; i++)
        {
            steps[i] = Trainers[i].Step(_rows);
            logs[i].Write(steps[i]);
        }

        return steps;
    }

    private void Save(List<TrainingLog> logs)
    {
        logs.ForEach(log => log.Flush());
        try
        {
            TrainingCheckpoint.Save(Folder, Members, Trainers, _source);
        }
        catch (SteeringException failure) when (failure.InnerException is IOException or UnauthorizedAccessException)
        {
            throw new SteeringException($"{failure.Message} {TrainingLog.Kept}", failure);
        }
    }

    private void Fill()
    {
        var (width, options) = (_source.HiddenSize, Members[0].Options);
        for (var filled = 0; filled < options.BatchSize;)
        {
            // Between two batches the stream's place and the weights belong together, so a batch that was begun is finished.
            var read = _source.Read(_rows.AsSpan(filled * width), CancellationToken.None);
            if (read == 0)
            {
                throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"The activations ended after {(Trainers[0].StepsDone * options.BatchSize) + filled} tokens, but {options.Tokens} were asked for. Let the source repeat its text, or ask for fewer."));
            }

            filled += read;
        }
    }
}

/// <summary>What one training step reports.</summary>
/// <param name="Step">1 for the first.</param>
/// <param name="Tokens">Tokens seen so far.</param>
/// <param name="Loss">Loss of the batch.</param>
/// <param name="FractionUnexplained">Σ‖x − x̂‖² of the batch over Σ‖x − b‖², b the mean at the start: FVU, near enough to watch.</param>
/// <param name="L0">Active latents a token.</param>
/// <param name="Dead">Latents that count as dead.</param>
/// <param name="LearningRate">Learning rate of the step.</param>
/// <param name="GradientNorm">Norm of the gradient before clipping.</param>
/// <param name="Sparsity">Weight λ of the sparsity penalty; 0 for kinds that keep a fixed number of latents.</param>
/// <param name="Seconds">How long the step took, the wait for activations not counted.</param>
public readonly record struct TrainingStep(
    long Step,
    long Tokens,
    double Loss,
    double FractionUnexplained,
    double L0,
    int Dead,
    double LearningRate,
    double GradientNorm,
    double Sparsity,
    double Seconds);
