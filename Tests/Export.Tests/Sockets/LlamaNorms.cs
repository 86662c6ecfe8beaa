using Steering.Export.Onnx;

namespace Steering.Tests.Export.Sockets;

/// <summary>The residual addition and RMS norm between two layers, in three forms.</summary>
internal sealed class LlamaNorms(GraphBuilder graph, GraphWeights weights, DecoderShape shape)
{
    /// <summary>Adds what a layer wrote to the stream and normalises the sum.</summary>
    /// <returns>The normed stream and the stream.</returns>
    public (GraphValue Normed, GraphValue Stream) Next(string name, string weight, GraphValue stream, GraphValue? written, bool last)
    {
        var gamma = weights.NearOne(weight, shape.Hidden);
        if (written is { } skip && shape.Norm == NormForm.FusedSkip)
        {
            var normed = new GraphValue($"{name}/output_0", stream.Type);
            var sum = last ? GraphValue.None : new GraphValue($"{name}/output_3", stream.Type);
            GraphValue[] outputs = last ? [normed] : [normed, GraphValue.None, GraphValue.None, sum];
            graph.AddNode("SkipSimplifiedLayerNormalization", GraphBuilder.Microsoft, $"{name}/SkipLayerNorm", [stream, skip, gamma], outputs, AttributeValue.Float("epsilon", 1e-5f));
            return (normed, sum);
        }

        var added = written is { } other ? graph.Add("Add", $"{name}/residual/Add", [stream, other]) : stream;
        return (shape.Norm == NormForm.SpelledOut ? SpelledOut(name, added, gamma) : Single(name, added, gamma), added);
    }

    private GraphValue Single(string name, GraphValue x, GraphValue gamma) =>
        graph.Add("SimplifiedLayerNormalization", $"{name}/LayerNorm", [x, gamma], AttributeValue.Float("epsilon", 1e-5f), AttributeValue.Int("axis", -1), AttributeValue.Int("stash_type", 1));

    private GraphValue SpelledOut(string name, GraphValue x, GraphValue gamma)
    {
        var square = graph.Add("Mul", $"{name}/Mul", [x, x]);
        var mean = graph.Add("ReduceMean", $"{name}/ReduceMean", [square, graph.Constant(-1)]);
        var root = graph.Add("Sqrt", $"{name}/Sqrt", [graph.Add("Add", $"{name}/Add", [mean, weights.Float($"{name}/epsilon", [1e-5f], 1)])]);
        return graph.Add("Mul", $"{name}/Mul_2", [gamma, graph.Add("Div", $"{name}/Div", [x, root])]);
    }
}
