using System.Globalization;
using Steering.Analysis.Sources;
using Steering.IO;
using Steering.Tensors;
using Steering.Training.Autoencoders;
using Steering.Training.Optimisation;
using Steering.Training.Torch;

namespace Steering.Training.Trainer;

/// <summary>
/// A run between two steps, on disk: folder <c>step-N</c> with <c>NAME.safetensors</c> for each member (weights, both
/// moments, idle steps; options and counters as metadata) and <c>source.state</c>. It is written under another name and
/// renamed; only then do older ones go.
/// </summary>
internal static class TrainingCheckpoint
{
    private const string Format = "steering.training-checkpoint";
    private const string Version = "2";
    private const string Prefix = "step-";
    private const string SourceName = "source.state";

    /// <summary>The step of the newest checkpoint, or null.</summary>
    public static long? StepsKept(string folder) => Folders(folder).LastOrDefault() is { } newest ? long.Parse(Path.GetFileName(newest)[Prefix.Length..], CultureInfo.InvariantCulture) : null;

    /// <summary>Writes a checkpoint and removes older ones.</summary>
    /// <param name="folder">Folder of this run's checkpoints.</param>
    /// <param name="members">What is trained.</param>
    /// <param name="trainers">How far it is.</param>
    /// <param name="source">Where the activations come from.</param>
    /// <exception cref="SteeringException">It cannot be written; the previous checkpoint stays.</exception>
    public static void Save(string folder, IReadOnlyList<TrainingMember> members, IReadOnlyList<SaeTrainer> trainers, IActivationSource source)
    {
        var destination = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{trainers[0].StepsDone:D9}"));
        if (!Directory.Exists(destination))
        {
            using var atomic = AtomicFolder.Create(destination);
            foreach (var (member, trainer) in members.Zip(trainers))
            {
                SafetensorsWriter.Write(Path.Combine(atomic.WorkingPath, FileName(member)), Tensors(trainer), Metadata(trainer));
            }

            AtomicFile.Write(Path.Combine(atomic.WorkingPath, SourceName), source.SaveState);
            atomic.Commit();
        }

        foreach (var older in Folders(folder).Where(path => !string.Equals(path, destination, StringComparison.Ordinal)))
        {
            Directory.Delete(older, recursive: true);
        }
    }

    /// <summary>About how many bytes the checkpoint of one autoencoder takes: encoder, decoder and the two moments of each.</summary>
    public static long Bytes(TrainingOptions options, int hiddenSize) => 3L * 2 * sizeof(float) * options.LatentCount * hiddenSize;

    /// <summary>Continues the newest checkpoint.</summary>
    /// <param name="folder">Folder of the run's checkpoints.</param>
    /// <param name="members">What is trained, the same as when the run was started.</param>
    /// <param name="source">A new source over the same activations; its place is restored.</param>
    /// <returns>The trainers in the members' order, or null where there is no checkpoint.</returns>
    /// <exception cref="SteeringException">The checkpoint is of other members, options or another source, or damaged.</exception>
    public static IReadOnlyList<SaeTrainer>? Resume(string folder, IReadOnlyList<TrainingMember> members, IActivationSource source)
    {
        if (Folders(folder).LastOrDefault() is not { } newest)
        {
            return null;
        }

        RefuseOthers(newest, members);
        TorchRuntime.EnsureLoaded();
        var trainers = new List<SaeTrainer>();
        try
        {
            foreach (var member in members)
            {
                trainers.Add(Continue(Path.Combine(newest, FileName(member)), member.Options, source.HiddenSize));
            }

            using var state = ReadableFile.Open(Path.Combine(newest, SourceName));
            source.RestoreState(state);
            return trainers;
        }
        catch (Exception failure)
        {
            trainers.ForEach(trainer => trainer.Dispose());
            if (failure is IOException)
            {
                throw new SteeringException($"{newest} cannot be read: {failure.Message}", failure);
            }

            throw;
        }
    }

    private static string FileName(TrainingMember member) => member.Name + ".safetensors";

    private static void RefuseOthers(string checkpoint, IReadOnlyList<TrainingMember> members)
    {
        string[] stored = [.. Directory.EnumerateFiles(checkpoint, "*.safetensors").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];
        string[] asked = [.. members.Select(member => member.Name).Order(StringComparer.Ordinal)];
        if (!stored.SequenceEqual(asked, StringComparer.Ordinal))
        {
            throw new SteeringException($"{checkpoint} holds {string.Join(", ", stored)}; asked for: {string.Join(", ", asked)}. Continue with the options the run was started with, or start anew in another folder.");
        }
    }

    private static SaeTrainer Continue(string path, TrainingOptions options, int width)
    {
        using var file = SafetensorsFile.Open(path);
        CheckMetadata(file, options, width);
        var input = new InputEstimate((float)Number(file, "input_scale"), Number(file, "input_variance"));
        var trainer = SaeTrainer.Continue(options, input, width);
        try
        {
            Restore(trainer, file);
            return trainer;
        }
        catch
        {
            trainer.Dispose();
            throw;
        }
    }

    private static string[] Folders(string folder) => Directory.Exists(folder)
        ? [.. Directory.EnumerateDirectories(folder, Prefix + "*").Where(path => File.Exists(Path.Combine(path, SourceName)) && Path.GetFileName(path)[Prefix.Length..].All(char.IsAsciiDigit)).Order(StringComparer.Ordinal)]
        : [];

    private static TensorData[] Tensors(SaeTrainer trainer) =>
    [
        TensorData.FromInt64("idle_steps", [trainer.Options.LatentCount], trainer.State.IdleSteps),
        .. AdamCheckpoint.Tensors(trainer.Weights.Named, trainer.Moments),
    ];

    private static Dictionary<string, string> Metadata(SaeTrainer trainer)
    {
        static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["format"] = Format,
            ["version"] = Version,
            ["options"] = TrainingOptionsJson.Serialize(trainer.Options),
            ["hidden_size"] = Text(trainer.HiddenSize),
            ["step"] = Text(trainer.StepsDone),
            ["threshold_sum"] = Text(trainer.State.Threshold.Sum),
            ["threshold_weight"] = Text(trainer.State.Threshold.Weight),
            ["input_scale"] = Text(trainer.Input.Scale),
            ["input_variance"] = Text(trainer.Input.Variance),
        };
        if (trainer.State.Controller?.State is { } state)
        {
            metadata["l0_log_multiplier"] = Text(state.LogMultiplier);
            metadata["l0_smoothed"] = Text(state.SmoothedL0);
            metadata["l0_weight"] = Text(state.Weight);
        }

        return metadata;
    }

    private static void CheckMetadata(SafetensorsFile file, TrainingOptions options, int width)
    {
        if (file.Metadata.GetValueOrDefault("format") != Format || file.Metadata.GetValueOrDefault("version") != Version)
        {
            throw new SteeringException($"{file.Path} is no training checkpoint of version {Version}.");
        }

        var asked = TrainingOptionsJson.Serialize(options);
        var stored = file.Metadata.GetValueOrDefault("options");
        if (stored != asked)
        {
            throw new SteeringException($"{file.Path} belongs to a run with other options. There: {stored}. Asked for: {asked}. Continue with the options it was started with, or start anew in another folder.");
        }

        if (Number(file, "hidden_size") != width)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{file.Path} was trained on {file.Metadata["hidden_size"]} dimensions; these activations have {width}."));
        }
    }

    private static void Restore(SaeTrainer trainer, SafetensorsFile file)
    {
        AdamCheckpoint.Restore(file, trainer.Weights.Named, trainer.Moments);
        var idle = file.Contains("idle_steps") ? file.ReadInt64("idle_steps") : [];
        if (idle.Length != trainer.Options.LatentCount)
        {
            throw new SteeringException($"{file.Path}: 'idle_steps' is of {idle.Length} latents, expected {trainer.Options.LatentCount}.");
        }

        idle.CopyTo(trainer.State.IdleSteps, 0);
        trainer.State.Step = (long)Number(file, "step");
        trainer.State.Threshold.Restore(Number(file, "threshold_sum"), Number(file, "threshold_weight"));
        trainer.State.Controller?.Restore(new TargetL0State(Number(file, "l0_log_multiplier"), Number(file, "l0_smoothed"), Number(file, "l0_weight")));
    }

    private static double Number(SafetensorsFile file, string key) =>
        file.Metadata.TryGetValue(key, out var text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? value
            : throw new SteeringException($"{file.Path}: metadata '{key}' is '{text}', expected a number; the checkpoint is damaged.");
}
