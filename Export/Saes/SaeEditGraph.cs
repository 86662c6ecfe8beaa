using Steering.Export.Onnx;
using Steering.Saes;
using static Steering.Export.Onnx.TensorProto.Types;

namespace Steering.Export.Saes;

/// <summary>
/// x and an edit → edited x: x + decode(edited activations) − decode(activations). Only the edited latents differ, so
/// only their rows are decoded; the reconstruction error stays, and an edit that changes nothing gives back x.
/// f(a) = clamp(gain·a + offset, low, high) where a &gt; gate, else a: the transfer function of a socket.
/// </summary>
internal static class SaeEditGraph
{
    public static GraphBuilder Build(SaeGraph graph)
    {
        var (builder, sae) = (graph.Builder, graph.Sae);
        var x = graph.Input(SaeOnnxNames.X, DataType.Float, sae.HiddenSize);
        var latents = builder.Input(SaeOnnxNames.Latents, DataType.Int64, "edits");
        var (input, scale, _) = graph.Normalise(x);
        var before = Activations(graph, input, latents);
        var (gain, offset) = (Dial(SaeOnnxNames.Gain), Dial(SaeOnnxNames.Offset));
        var (low, high, gate) = (Dial(SaeOnnxNames.Low), Dial(SaeOnnxNames.High), Dial(SaeOnnxNames.Gate));

        var moved = builder.Add("Add", "/moved", [builder.Add("Mul", "/gained", [before, gain]), offset]);
        var clipped = builder.Add("Min", "/clipped", [builder.Add("Max", "/raised", [moved, low]), high]);
        var open = builder.Add("Greater", "/open", [before, gate], DataType.Bool);

        // Selected, not multiplied, so that an infinite bound behind a closed gate stays harmless; and the negative of
        // the change is taken away, because x − 0 is x to the bit.
        var change = builder.Add("Where", "/change", [open, builder.Add("Sub", "/difference", [before, clipped]), builder.Scalar(0f)], DataType.Float);
        var rows = SaeGraphWeights.Widen(builder, "/directions/wide", builder.Add("Gather", "/directions", [DecoderOf(graph), latents], AttributeValue.Int("axis", 0)));
        var delta = builder.Add("MatMul", "/delta", [change, rows]);
        delta = scale.IsNone ? delta : builder.Add("Mul", "/delta/scaled", [delta, scale]);
        graph.Output(SaeOnnxNames.Edited, builder.Add("Sub", "/edited", [x, delta]), sae.HiddenSize);
        graph.Output(SaeOnnxNames.Activations, builder.Add("Identity", "/before", [before]), "edits");
        return builder;

        GraphValue Dial(string name) => builder.Input(name, DataType.Float, "dial_batch", "dial_sequence", "dial_edits");
    }

    /// <summary>Activations [batch, sequence, edits] of the edited latents.</summary>
    private static GraphValue Activations(SaeGraph graph, GraphValue input, GraphValue latents)
    {
        var builder = graph.Builder;
        if (graph.Ranked)
        {
            return InSequences(graph, SaeActivationNodes.Chosen(graph, graph.PreActivations(input), latents), latents);
        }

        if (graph.Sae.Architecture == SaeArchitecture.MatchingPursuit)
        {
            var all = SaeEncodeGraph.Activations(graph, input);
            return InSequences(graph, builder.Add("Gather", "/chosen", [all, latents], AttributeValue.Int("axis", 1)), latents);
        }

        // No latent depends on another: only the rows of the edited ones are read.
        var rows = SaeGraphWeights.Widen(builder, "/reads/wide", builder.Add("Gather", "/reads", [graph.Encoder(), latents], AttributeValue.Int("axis", 0)));
        var product = builder.Add("MatMul", "/products", [input, builder.Add("Transpose", "/reads/columns", [rows], AttributeValue.Ints("perm", 1, 0))]);
        var z = builder.Add("Add", "/pre_activations", [product, builder.Add("Gather", "/biases", [graph.EncoderBias(), latents])]);
        return SaeActivationNodes.Above(builder, z, builder.Add("Gather", "/thresholds", [graph.Threshold(), latents]), z);
    }

    private static GraphValue InSequences(SaeGraph graph, GraphValue rows, GraphValue latents) =>
        graph.Sequences("/in_sequences", rows, graph.Builder.Add("Shape", "/edits", [latents], DataType.Int64));

    // Matching pursuit reads by the decoder, which is then in the graph already.
    private static GraphValue DecoderOf(SaeGraph graph) => graph.Sae.Architecture == SaeArchitecture.MatchingPursuit
        ? new GraphValue("W_dec", graph.Options.Precision == SaeOnnxPrecision.Float16 ? DataType.Float16 : DataType.Float)
        : graph.Decoder();
}
