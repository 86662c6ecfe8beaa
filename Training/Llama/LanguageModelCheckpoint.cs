using System.Globalization;
using System.Text.Json;
using Steering.Tensors;
using Steering.Training.Steps;
using Steering.Training.Torch;

namespace Steering.Training.Llama;

/// <summary>A language model's training between two steps as one safetensors file: weights, both moments, the options and the step.</summary>
public static class LanguageModelCheckpoint
{
    private const string Format = "steering.language-model-checkpoint";

    /// <summary>Writes a checkpoint; an older one under this name is replaced in one step.</summary>
    /// <param name="path">The file.</param>
    /// <param name="trainer">What is trained.</param>
    /// <exception cref="SteeringException">It cannot be written; the older one stays.</exception>
    public static void Save(string path, LanguageModelTrainer trainer)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(trainer);
        SafetensorsWriter.Write(
            path,
            [.. Parts(trainer).Select(part => TensorData.FromFloat32(part.Name, part.Shape, part.Span().ToArray()))],
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["format"] = Format,
                ["options"] = Text(trainer.Options),
                ["step"] = trainer.StepsDone.ToString(CultureInfo.InvariantCulture),
            });
    }

    /// <summary>Continues a checkpoint.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">The options the training was started with.</param>
    /// <exception cref="SteeringException">It is of other options, damaged, or no checkpoint.</exception>
    public static LanguageModelTrainer Resume(string path, LanguageModelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var file = SafetensorsFile.Open(path);
        if (file.Metadata.GetValueOrDefault("format") != Format)
        {
            throw new SteeringException($"{path} is no checkpoint of a language model's training.");
        }

        if (file.Metadata.GetValueOrDefault("options") is var stored && stored != Text(options))
        {
            throw new SteeringException($"{path} was trained with other options ({stored}) than asked for ({Text(options)}). Continue with its own, or start anew in another folder.");
        }

        TorchRuntime.EnsureLoaded();
        var trainer = LanguageModelTrainer.Start(options);
        try
        {
            foreach (var (name, shape, span) in Parts(trainer))
            {
                if (!file.Contains(name) || !file.Describe(name).Shape.SequenceEqual(shape))
                {
                    throw new SteeringException($"{path}: '{name}' is missing or not [{string.Join(", ", shape)}]; the checkpoint is damaged.");
                }

                file.ReadFloat32(name).CopyTo(span());
            }

            trainer.StepsDone = long.TryParse(file.Metadata.GetValueOrDefault("step"), NumberStyles.None, CultureInfo.InvariantCulture, out var step) && step <= options.Steps
                ? step
                : throw new SteeringException($"{path}: step '{file.Metadata.GetValueOrDefault("step")}' is no number up to {options.Steps}; the checkpoint is damaged.");
            return trainer;
        }
        catch
        {
            trainer.Dispose();
            throw;
        }
    }

    private static string Text(LanguageModelOptions options) => JsonSerializer.Serialize(options);

    private static unsafe List<(string Name, long[] Shape, SpanOf Span)> Parts(LanguageModelTrainer trainer)
    {
        var parts = new List<(string Name, long[] Shape, SpanOf Span)>();
        foreach (var (name, tensor) in trainer.Model.Named)
        {
            var (moments, count) = (trainer.Moments[name], checked((int)tensor.numel()));
            parts.Add((name, tensor.shape, () => new Span<float>(TensorMemory.Pointer(tensor), count)));
            parts.Add((name + ".first", tensor.shape, () => moments.FirstSpan));
            parts.Add((name + ".second", tensor.shape, () => moments.SecondSpan));
        }

        return parts;
    }

    private delegate Span<float> SpanOf();
}
