using Steering.Export.Onnx;
using Steering.Saes;
using static Steering.Export.Onnx.TensorProto.Types;

namespace Steering.Export.Saes;

/// <summary>x → activations, or values and indices; and what decode needs to undo a normalisation.</summary>
internal static class SaeEncodeGraph
{
    public static GraphBuilder Build(SaeGraph graph)
    {
        var sae = graph.Sae;
        var (input, scale, mean) = graph.Normalise(graph.Input(SaeOnnxNames.X, DataType.Float, sae.HiddenSize));
        if (graph.Sparse)
        {
            var (values, indices) = SaeActivationNodes.Sparse(graph, graph.PreActivations(input));
            graph.Back(SaeOnnxNames.TopValues, values, sae.K);
            graph.Back(SaeOnnxNames.TopIndices, indices, sae.K);
        }
        else
        {
            graph.Back(SaeOnnxNames.Activations, Activations(graph, input), sae.LatentCount);
        }

        Restoring(graph, SaeOnnxNames.Scale, scale);
        Restoring(graph, SaeOnnxNames.Mean, mean);
        return graph.Builder;
    }

    /// <summary>Activations [batch·sequence, D] of every latent.</summary>
    public static GraphValue Activations(SaeGraph graph, GraphValue input) => graph.Sae.Architecture == SaeArchitecture.MatchingPursuit
        ? SaePursuitNodes.Write(graph, graph.Rows("/rows", input, graph.Sae.HiddenSize))
        : SaeActivationNodes.Dense(graph, graph.PreActivations(input));

    private static void Restoring(SaeGraph graph, string name, GraphValue value)
    {
        if (!value.IsNone)
        {
            graph.Output(name, graph.Builder.Add("Identity", $"/{name}/out", [value]), 1);
        }
    }
}
