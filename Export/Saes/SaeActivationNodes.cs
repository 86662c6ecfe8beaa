using Steering.Export.Onnx;
using Steering.Saes;
using static Steering.Export.Onnx.TensorProto.Types;

namespace Steering.Export.Saes;

/// <summary>Turns pre-activations [batch·sequence, D] into activations.</summary>
internal static class SaeActivationNodes
{
    /// <summary>Values and indices [batch·sequence, k] of a ranked autoencoder.</summary>
    public static (GraphValue Values, GraphValue Indices) Sparse(SaeGraph graph, GraphValue z)
    {
        var builder = graph.Builder;
        if (graph.Sae.Architecture == SaeArchitecture.AbsTopK)
        {
            var (magnitudes, places, bar) = graph.Compete(builder.Add("Abs", "/magnitudes", [z]));
            var signed = builder.Add("GatherElements", "/signed", [z, places], AttributeValue.Int("axis", 1));
            return (bar.IsNone ? signed : Above(builder, magnitudes, bar, signed), places);
        }

        var (values, indices, level) = graph.Compete(z);
        return (level.IsNone ? builder.Add("Relu", "/active", [values]) : Above(builder, values, Positive(builder, level), values), indices);
    }

    /// <summary>Activations [batch·sequence, D] of every latent.</summary>
    public static GraphValue Dense(SaeGraph graph, GraphValue z)
    {
        var builder = graph.Builder;
        switch (graph.Sae.Architecture)
        {
            case SaeArchitecture.AbsTopK:
                var magnitudes = builder.Add("Abs", "/magnitudes", [z]);
                var bar = graph.Compete(magnitudes).Level;
                return bar.IsNone ? z : Above(builder, magnitudes, bar, z);
            case SaeArchitecture.TopK:
                var level = graph.Compete(z).Level;
                var positive = builder.Add("Relu", "/positive", [z]);
                return level.IsNone ? positive : Masked(builder, positive, level);
            default:
                return Thresholded(graph, z);
        }
    }

    /// <summary>Activations [batch·sequence, edits] of some latents of a ranked autoencoder.</summary>
    public static GraphValue Chosen(SaeGraph graph, GraphValue z, GraphValue latents)
    {
        var builder = graph.Builder;
        var chosen = builder.Add("Gather", "/chosen", [z, latents], AttributeValue.Int("axis", 1));
        if (graph.Sae.Architecture == SaeArchitecture.AbsTopK)
        {
            var bar = graph.Compete(builder.Add("Abs", "/magnitudes", [z])).Level;
            return bar.IsNone ? chosen : Above(builder, builder.Add("Abs", "/chosen/magnitudes", [chosen]), bar, chosen);
        }

        var level = graph.Compete(z).Level;
        return level.IsNone ? builder.Add("Relu", "/active", [chosen]) : Above(builder, chosen, Positive(builder, level), chosen);
    }

    /// <summary>The values whose keys are strictly above a level, else 0.</summary>
    public static GraphValue Above(GraphBuilder builder, GraphValue keys, GraphValue level, GraphValue values)
    {
        var above = builder.Add("Greater", "/above", [keys, level], DataType.Bool);
        return builder.Add("Where", "/active", [above, values, builder.Scalar(0f)], DataType.Float);
    }

    private static GraphValue Thresholded(SaeGraph graph, GraphValue z)
    {
        var builder = graph.Builder;
        var threshold = graph.Sae.Threshold;
        if (threshold.IndexOfAnyExcept(0f) < 0)
        {
            return builder.Add("Relu", "/active", [z]);
        }

        // One level for all (BatchTopK) takes one pass. Otherwise thresholds are never negative, so that z > θ is
        // Relu(z) > θ, and Relu comes free with the product; a mask that is multiplied is twice as fast as Where.
        return threshold.IndexOfAnyExcept(threshold[0]) < 0
            ? builder.Add("ThresholdedRelu", "/active", [z], AttributeValue.Float("alpha", threshold[0]))
            : Masked(builder, builder.Add("Relu", "/positive", [z]), graph.Threshold());
    }

    private static GraphValue Masked(GraphBuilder builder, GraphValue positive, GraphValue level)
    {
        var above = builder.Add("Greater", "/above", [positive, level], DataType.Bool);
        var mask = builder.Add("Cast", "/mask", [above], DataType.Float, AttributeValue.Int("to", (long)DataType.Float));
        return builder.Add("Mul", "/active", [positive, mask]);
    }

    private static GraphValue Positive(GraphBuilder builder, GraphValue level) => builder.Add("Relu", "/level", [level]);
}
