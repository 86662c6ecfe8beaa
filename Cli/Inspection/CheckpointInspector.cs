using System.Globalization;
using Steering.Export.Checkpoints;

namespace Steering.Cli.Inspection;

/// <summary>Describes checkpoints.</summary>
internal static class CheckpointInspector
{
    public static Description Describe(string path)
    {
        using var checkpoint = Checkpoint.Open(path);
        var config = checkpoint.Config;
        var tensors = checkpoint.TensorNames.Select(checkpoint.Describe).ToArray();
        var parameters = tensors.Sum(tensor => tensor.Shape.Aggregate(1L, (product, size) => product * size));
        var storage = tensors.GroupBy(tensor => tensor.Storage, StringComparer.Ordinal)
            .OrderByDescending(group => group.Count())
            .Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Key} × {group.Count()}"))
            .ToArray();
        var sentence = string.Create(CultureInfo.InvariantCulture, $"A checkpoint: {config.ModelName}, {config.ModelType} with {config.BlockCount} blocks of width {config.HiddenSize}, {parameters / 1e6:F1} million parameters. 'steer import' makes a model folder of it.");
        return new Description("checkpoint", path, sentence,
        [
            new Fact("name", config.ModelName),
            new Fact("architecture", config.ModelType),
            new Fact("blocks", config.BlockCount),
            new Fact("hiddenSize", config.HiddenSize),
            new Fact("heads", config.HeadCount),
            new Fact("keyValueHeads", config.KeyValueHeadCount),
            new Fact("vocabulary", config.VocabularySize),
            new Fact("contextLength", config.ContextLength),
            new Fact("parameters", parameters),
            new Fact("storage", storage),
        ]);
    }
}
