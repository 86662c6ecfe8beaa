using Steering.Export.Onnx;

namespace Steering.Tests.Analysis;

/// <summary>A copy of a model folder whose weights hold a NaN.</summary>
internal static class DamagedModel
{
    /// <summary>Spoils the embedding of one token.</summary>
    public static string WithNaN(string modelFolder, string destination, int token)
    {
        Directory.CreateDirectory(destination);
        foreach (var file in Directory.EnumerateFiles(modelFolder))
        {
            File.Copy(file, Path.Combine(destination, Path.GetFileName(file)));
        }

        var graph = OnnxModelFile.Load(Path.Combine(destination, "model.onnx")).Graph;
        var gather = graph.Node.First(node => string.Equals(node.OpType, "Gather", StringComparison.Ordinal) && string.Equals(node.Input[1], "input_ids", StringComparison.Ordinal));
        var embedding = graph.Initializer.Single(tensor => string.Equals(tensor.Name, gather.Input[0], StringComparison.Ordinal));
        var place = embedding.ExternalData.ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);
        using var weights = new FileStream(Path.Combine(destination, place["location"]), FileMode.Open, FileAccess.Write);
        weights.Position = long.Parse(place["offset"], System.Globalization.CultureInfo.InvariantCulture) + (token * embedding.Dims[1] * sizeof(float));
        weights.Write(BitConverter.GetBytes(float.NaN));
        return destination;
    }
}
