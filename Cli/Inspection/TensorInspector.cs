using System.Globalization;
using System.Numerics.Tensors;
using Steering.Tensors;
using Steering.Vectors;

namespace Steering.Cli.Inspection;

/// <summary>Describes tensor files: vectors, checkpoints, anything else.</summary>
internal static class TensorInspector
{
    private const int Listed = 24;

    public static Description DescribeGguf(string path)
    {
        using var file = GgufFile.Open(path);
        return file.Metadata.TryGetValue("general.architecture", out var architecture) && architecture.AsString() == "controlvector"
            ? DescribeVector(path)
            : CheckpointInspector.Describe(path);
    }

    public static Description DescribeSafetensors(string path)
    {
        using var file = SafetensorsFile.Open(path);
        if (file.Names.Count > 0 && file.Names.All(name => name.StartsWith("resid_post.", StringComparison.Ordinal) && file.Describe(name).Shape is [_] or [1, _]))
        {
            return DescribeVector(path);
        }

        if (File.Exists(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, "config.json")))
        {
            return CheckpointInspector.Describe(path);
        }

        var names = file.Names.Take(Listed).Select(name => $"{name} {file.Describe(name).ElementType} [{string.Join(", ", file.Describe(name).Shape)}]").ToArray();
        return new Description("tensors", path, string.Create(CultureInfo.InvariantCulture, $"A safetensors file with {file.Names.Count} tensors."),
        [
            new Fact("count", file.Names.Count),
            new Fact("tensors", names),
        ]);
    }

    private static Description DescribeVector(string path)
    {
        var set = VectorFile.Read(path);
        var count = set.Vectors.Count;
        var where = count == 1 ? $"at {set.Vectors[0].Site}" : $"at {count} sites, {set.Vectors[0].Site} to {set.Vectors[^1].Site}";
        var sentence = string.Create(CultureInfo.InvariantCulture, $"A steering vector of width {set.HiddenSize} {where}{(set.ModelName is null ? string.Empty : $", made on {set.ModelName}")}.");
        return new Description("vector", path, sentence,
        [
            new Fact("hiddenSize", set.HiddenSize),
            new Fact("method", set.Method),
            new Fact("model", set.ModelName),
            new Fact("modelSha256", set.ModelSha256),
            new Fact("sites", set.Vectors.Select(vector => vector.Site).ToArray()),
            new Fact("norms", set.Vectors.Select(vector => TensorPrimitives.Norm(vector.Direction.Span).ToString("G6", CultureInfo.InvariantCulture)).ToArray()),
        ]);
    }
}
