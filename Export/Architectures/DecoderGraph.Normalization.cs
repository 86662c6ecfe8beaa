using Steering.Export.Onnx;
using static Steering.Export.Onnx.TensorProto.Types;

namespace Steering.Export.Architectures;

/// <content>Normalisations, which also add the pending update to the residual stream.</content>
internal sealed partial class DecoderGraph
{
    /// <summary>Whether normalisations take the mean away and have biases; else they divide by the root mean square alone.</summary>
    public bool UsesLayerNorm { get; set; }

    /// <summary>Normalisation of the residual stream, after adding the pending update to it.</summary>
    /// <param name="path">Node path: <c>/model/layers.0/input_layernorm</c>.</param>
    /// <param name="tensor">Name of the gain [hidden], without <c>.weight</c>.</param>
    /// <returns>The normalised stream; <see cref="Residual"/> is the sum.</returns>
    public GraphValue Norm(string path, string tensor)
    {
        if (_update.IsNone)
        {
            return Norm(path, tensor, _residual);
        }

        var bias = UsesLayerNorm ? Vector(tensor + ".bias") : null;
        var node = path + "/SkipLayerNorm";
        var output = new GraphValue(node + "/output_0", DataType.Float);
        var sum = new GraphValue(node + "/output_3", DataType.Float);
        Graph.AddNode(
            bias is null ? "SkipSimplifiedLayerNormalization" : "SkipLayerNormalization",
            GraphBuilder.Microsoft,
            node,
            [_residual, _update, .. GainAndBias(path, tensor, bias)],
            [output, default, default, sum],
            AttributeValue.Float("epsilon", _config.NormEpsilon));
        (_residual, _update) = (sum, default);
        return output;
    }

    /// <summary>Normalisation along the last axis of any value.</summary>
    public GraphValue Norm(string path, string tensor, GraphValue x)
    {
        var bias = UsesLayerNorm ? Vector(tensor + ".bias") : null;
        return Graph.Add(
            bias is null ? "SimplifiedLayerNormalization" : "LayerNormalization",
            path + "/LayerNorm",
            [x, .. GainAndBias(path, tensor, bias)],
            AttributeValue.Int("axis", -1),
            AttributeValue.Float("epsilon", _config.NormEpsilon),
            AttributeValue.Int("stash_type", 1));
    }

    /// <summary>Normalisation of every head of a value [batch, sequence, heads × head].</summary>
    public GraphValue NormHeads(string path, string tensor, GraphValue x, int heads)
    {
        var split = Graph.Add("Reshape", path + "/Reshape_1", [x, Graph.Constant(0, 0, heads, _config.HeadSize)]);
        var normalized = Norm(path, tensor, split);
        return Graph.Add("Reshape", path + "/Reshape_2", [normalized, Graph.Constant(0, 0, heads * _config.HeadSize)]);
    }

    private GraphValue[] GainAndBias(string path, string tensor, float[]? bias)
    {
        var name = path.TrimStart('/').Replace('/', '.');
        var gain = Vector(tensor + ".weight");
        if (GainOffset != 0)
        {
            for (var i = 0; i < gain.Length; i++)
            {
                gain[i] += GainOffset;
            }
        }

        var stored = Graph.Small(name + ".weight", gain, gain.Length);
        return bias is null ? [stored] : [stored, Graph.Small(name + ".bias", bias, bias.Length)];
    }
}
