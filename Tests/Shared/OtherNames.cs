using Steering.Export.Onnx;
using static Steering.Export.Onnx.TensorProto.Types;

namespace Steering.Tests;

/// <summary>Model folders whose graph computes the same by other inputs: under names of its own, or from positions that it is told.</summary>
internal static class OtherNames
{
    private const string PositionIds = "position_ids";

    // Where an imported graph whose heads are rotated outside attention computes the position of every token.
    private const string ComputedPositions = "/model/positions/Add/output_0";

    private static readonly (string Old, string New)[] Renamed =
    [
        ("input_ids", "tokens"), ("attention_mask", "visible"), (PositionIds, "places"), ("logits", "scores"),
        ("past_key_values.", "before."), ("present.", "after."),
    ];

    /// <summary>Writes the folder.</summary>
    /// <param name="source">An imported folder without sockets.</param>
    /// <param name="destination">The folder to write into.</param>
    /// <param name="renamed">Whether inputs and outputs have other names.</param>
    /// <param name="positions">Whether the graph takes position ids instead of computing them.</param>
    /// <returns>The folder.</returns>
    public static string Write(string source, string destination, bool renamed, bool positions)
    {
        foreach (var file in Directory.GetFiles(source))
        {
            File.Copy(file, Path.Combine(Directory.CreateDirectory(destination).FullName, Path.GetFileName(file)));
        }

        var path = Path.Combine(destination, "model.onnx");
        var model = OnnxModelFile.Load(path);
        if (positions)
        {
            TakePositions(model.Graph);
        }

        if (renamed)
        {
            Rename(model.Graph);
            var config = Path.Combine(destination, "genai_config.json");
            File.WriteAllText(config, File.ReadAllText(config)
                .Replace("\"input_ids\": \"input_ids\"", $"\"input_ids\": \"tokens\"{(positions ? ", \"position_ids\": \"places\"" : string.Empty)}", StringComparison.Ordinal)
                .Replace("\"attention_mask\": \"attention_mask\"", "\"attention_mask\": \"visible\"", StringComparison.Ordinal)
                .Replace("\"logits\": \"logits\"", "\"logits\": \"scores\"", StringComparison.Ordinal)
                .Replace("\"past_key_values.", "\"before.", StringComparison.Ordinal)
                .Replace("\"present.", "\"after.", StringComparison.Ordinal));
        }

        OnnxModelFile.Save(model, path);
        return destination;
    }

    private static void TakePositions(GraphProto graph)
    {
        var ids = graph.Input.Single(input => input.Name == "input_ids");
        var positions = ids.Clone();
        positions.Name = PositionIds;
        graph.Input.Add(positions);
        Assert.AreEqual((int)DataType.Int64, positions.Type.TensorType.ElemType);
        var uses = 0;
        foreach (var node in graph.Node)
        {
            for (var input = 0; input < node.Input.Count; input++)
            {
                if (node.Input[input] == ComputedPositions)
                {
                    node.Input[input] = PositionIds;
                    uses++;
                }
            }
        }

        Assert.IsGreaterThan(0, uses, "The graph computes no positions.");
    }

    private static void Rename(GraphProto graph)
    {
        foreach (var value in graph.Input.Concat(graph.Output))
        {
            value.Name = New(value.Name);
        }

        foreach (var node in graph.Node)
        {
            for (var input = 0; input < node.Input.Count; input++)
            {
                node.Input[input] = New(node.Input[input]);
            }

            for (var output = 0; output < node.Output.Count; output++)
            {
                node.Output[output] = New(node.Output[output]);
            }
        }

        static string New(string name) => Renamed.FirstOrDefault(pair => name == pair.Old || (pair.Old[^1] == '.' && name.StartsWith(pair.Old, StringComparison.Ordinal))) is { Old: { } old } pair
            ? pair.New + name[old.Length..]
            : name;
    }
}
