using System.Globalization;
using Steering.IO;
using Steering.Tensors;
using Steering.Training.Activations;
using Steering.Training.Torch;

namespace Steering.Training.Trainer;

/// <summary>
/// A run between two steps, on disk: folder <c>step-N</c> with <c>state.safetensors</c> (weights, both moments, idle steps;
/// options and counters as metadata) and <c>source.state</c>. It is written under another name and renamed; only then do
/// older ones go.
/// </summary>
public static class TrainingCheckpoint
{
    private const string Format = "steering.training-checkpoint";
    private const string Version = "1";
    private const string Prefix = "step-";
    private const string StateName = "state.safetensors";
    private const string SourceName = "source.state";

    /// <summary>Writes a checkpoint and removes older ones.</summary>
    /// <param name="trainer">The run.</param>
    /// <param name="folder">Folder of this run's checkpoints.</param>
    /// <exception cref="SteeringException">It cannot be written; the previous checkpoint stays.</exception>
    public static void Save(SaeTrainer trainer, string folder)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(folder);
        var destination = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{trainer.StepsDone:D9}"));
        if (!Directory.Exists(destination))
        {
            using var atomic = AtomicFolder.Create(destination);
            SafetensorsWriter.Write(Path.Combine(atomic.WorkingPath, StateName), Tensors(trainer), Metadata(trainer));
            AtomicFile.Write(Path.Combine(atomic.WorkingPath, SourceName), trainer.Source.SaveState);
            atomic.Commit();
        }

        foreach (var older in Folders(folder).Where(path => !string.Equals(path, destination, StringComparison.Ordinal)))
        {
            Directory.Delete(older, recursive: true);
        }
    }

    /// <summary>Continues the newest checkpoint.</summary>
    /// <param name="folder">Folder of the run's checkpoints.</param>
    /// <param name="options">The run's options, the same as those it was started with.</param>
    /// <param name="source">A new source over the same activations; its place is restored.</param>
    /// <returns>The run, or null where there is no checkpoint.</returns>
    /// <exception cref="SteeringException">The checkpoint is of other options or another source, or damaged.</exception>
    public static SaeTrainer? Resume(string folder, TrainingOptions options, IActivationSource source)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(source);
        TrainingOptionsValidator.Validate(options, source.HiddenSize);
        if (Folders(folder).LastOrDefault() is not { } newest)
        {
            return null;
        }

        TorchRuntime.EnsureLoaded();
        using var file = SafetensorsFile.Open(Path.Combine(newest, StateName));
        CheckMetadata(file, options, source);
        var input = new InputEstimate((float)Number(file, "input_scale"), ReadExactly(file, "input_mean", source.HiddenSize), Number(file, "input_variance"));
        var trainer = SaeTrainer.Continue(options, source, input);
        try
        {
            Restore(trainer, file, source.HiddenSize);
            using var state = new FileStream(Path.Combine(newest, SourceName), FileMode.Open, FileAccess.Read);
            source.RestoreState(state);
            return trainer;
        }
        catch (IOException failure)
        {
            trainer.Dispose();
            throw new SteeringException($"{newest} cannot be read: {failure.Message}", failure);
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

    private static List<TensorData> Tensors(SaeTrainer trainer)
    {
        var (latents, width) = (trainer.Options.LatentCount, trainer.Source.HiddenSize);
        var tensors = new List<TensorData>
        {
            TensorData.FromFloat32("input_mean", [width], trainer.Input.Mean),
            TensorData.FromInt64("idle_steps", [latents], trainer.State.IdleSteps),
        };
        foreach (var (name, shape, parts) in Parts(trainer, latents, width))
        {
            foreach (var (suffix, span) in parts)
            {
                tensors.Add(TensorData.FromFloat32(name + suffix, shape, span().ToArray()));
            }
        }

        return tensors;
    }

    private static unsafe IEnumerable<(string Name, long[] Shape, (string Suffix, SpanOf Span)[] Parts)> Parts(SaeTrainer trainer, int latents, int width)
    {
        var weights = trainer.Weights;
        var adam = trainer.Adam;
        return
        [
            ("encoder", [latents, width], [(string.Empty, () => new(weights.Encoder, latents * width)), (".first", () => adam.Encoder.FirstSpan), (".second", () => adam.Encoder.SecondSpan)]),
            ("encoder_bias", [latents], [(string.Empty, () => new(weights.EncoderBias, latents)), (".first", () => adam.EncoderBias.FirstSpan), (".second", () => adam.EncoderBias.SecondSpan)]),
            ("decoder", [latents, width], [(string.Empty, () => new(weights.Decoder, latents * width)), (".first", () => adam.Decoder.FirstSpan), (".second", () => adam.Decoder.SecondSpan)]),
            ("decoder_bias", [width], [(string.Empty, () => new(weights.DecoderBias, width)), (".first", () => adam.DecoderBias.FirstSpan), (".second", () => adam.DecoderBias.SecondSpan)]),
        ];
    }

    private static Dictionary<string, string> Metadata(SaeTrainer trainer) => new(StringComparer.Ordinal)
    {
        ["format"] = Format,
        ["version"] = Version,
        ["options"] = TrainingOptionsJson.Serialize(trainer.Options),
        ["hidden_size"] = trainer.Source.HiddenSize.ToString(CultureInfo.InvariantCulture),
        ["step"] = trainer.StepsDone.ToString(CultureInfo.InvariantCulture),
        ["threshold"] = trainer.State.Threshold.ToString("R", CultureInfo.InvariantCulture),
        ["input_scale"] = trainer.Input.Scale.ToString("R", CultureInfo.InvariantCulture),
        ["input_variance"] = trainer.Input.Variance.ToString("R", CultureInfo.InvariantCulture),
    };

    private static void CheckMetadata(SafetensorsFile file, TrainingOptions options, IActivationSource source)
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

        if (Number(file, "hidden_size") != source.HiddenSize)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{file.Path} was trained on {file.Metadata["hidden_size"]} dimensions; these activations have {source.HiddenSize}."));
        }
    }

    private static void Restore(SaeTrainer trainer, SafetensorsFile file, int width)
    {
        var latents = trainer.Options.LatentCount;
        foreach (var (name, shape, parts) in Parts(trainer, latents, width))
        {
            foreach (var (suffix, span) in parts)
            {
                ReadExactly(file, name + suffix, (int)shape.Aggregate(1L, (a, b) => a * b)).CopyTo(span());
            }
        }

        var idle = file.Contains("idle_steps") ? file.ReadInt64("idle_steps") : [];
        if (idle.Length != latents)
        {
            throw new SteeringException($"{file.Path}: 'idle_steps' is of {idle.Length} latents, expected {latents}.");
        }

        idle.CopyTo(trainer.State.IdleSteps, 0);
        trainer.State.Step = (long)Number(file, "step");
        trainer.State.Threshold = (float)Number(file, "threshold");
    }

    private static float[] ReadExactly(SafetensorsFile file, string name, int count)
    {
        var found = file.Contains(name) ? file.Describe(name).Count : 0;
        return found == count
            ? file.ReadFloat32(name)
            : throw new SteeringException($"{file.Path}: '{name}' has {found} numbers, expected {count}; the checkpoint is damaged.");
    }

    private static double Number(SafetensorsFile file, string key) =>
        file.Metadata.TryGetValue(key, out var text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? value
            : throw new SteeringException($"{file.Path}: metadata '{key}' is '{text}', expected a number; the checkpoint is damaged.");

    private delegate Span<float> SpanOf();
}
