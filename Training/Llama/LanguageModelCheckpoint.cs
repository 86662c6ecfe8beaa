using System.Globalization;
using System.Text.Json;
using Steering.Tensors;
using Steering.Training.Optimisation;

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
            [.. AdamCheckpoint.Tensors(trainer.Model.Named, trainer.Moments)],
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

        var trainer = LanguageModelTrainer.Start(options);
        try
        {
            AdamCheckpoint.Restore(file, trainer.Model.Named, trainer.Moments);
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
}
