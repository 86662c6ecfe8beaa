using Steering.Export.Onnx;
using static Steering.Export.Onnx.TensorProto.Types;

namespace Steering.Export.Saes;

/// <summary>
/// Matching pursuit (arXiv 2506.03093) as a loop over its steps, all tokens side by side; a token that has ended takes
/// steps of 0. The same rules as <see cref="Steering.Saes.SparseAutoencoder"/>'s own.
/// </summary>
internal static class SaePursuitNodes
{
    /// <summary>Writes the loop.</summary>
    /// <param name="graph">Where to.</param>
    /// <param name="rows">[batch·sequence, d], normalised.</param>
    /// <returns>Activations [batch·sequence, D].</returns>
    public static GraphValue Write(SaeGraph graph, GraphValue rows)
    {
        var (builder, sae) = (graph.Builder, graph.Sae);
        var residual = sae.OutputBias.IndexOfAnyExcept(0f) < 0 ? rows : builder.Add("Sub", "/centred_rows", [rows, graph.OutputBias()]);
        var tokens = builder.Add("Shape", "/tokens", [rows], DataType.Int64, AttributeValue.Int("start", 0), AttributeValue.Int("end", 1));
        var none = Filled(builder, "/none", tokens, sae.LatentCount);
        var live = builder.Add("Greater", "/live", [builder.Scalar(1f), Filled(builder, "/zero", tokens, 1)], DataType.Bool);
        var body = Body(graph, SaeGraphWeights.Widen(builder, "/W_dec", graph.Decoder()));
        GraphValue activations = new("/pursuit/activations", DataType.Float);
        builder.AddNode(
            "Loop",
            string.Empty,
            "/pursuit",
            [builder.Scalar(sae.PursuitRules.Steps), default, none, residual, live],
            [activations, new("/pursuit/residual", DataType.Float), new("/pursuit/live", DataType.Bool)],
            AttributeValue.Graph("body", body));
        return activations;
    }

    private static GraphProto Body(SaeGraph graph, GraphValue decoder)
    {
        var (sae, body) = (graph.Sae, graph.Builder.Body("pursuit_step"));
        var rules = sae.PursuitRules;
        body.Input("/step/number", DataType.Int64);
        body.Input("/step/go", DataType.Bool);
        var activations = body.Input("/step/activations", DataType.Float, "tokens", sae.LatentCount);
        var residual = body.Input("/step/residual", DataType.Float, "tokens", sae.HiddenSize);
        var live = body.Input("/step/live", DataType.Bool, "tokens", 1);

        var products = body.Add("Gemm", "/step/products", [residual, decoder], AttributeValue.Int("transB", 1));
        var best = body.Add("ArgMax", "/step/best", [products], DataType.Int64, AttributeValue.Int("axis", 1), AttributeValue.Int("keepdims", 1));
        var product = body.Add("GatherElements", "/step/product", [products, best], AttributeValue.Int("axis", 1));
        var before = body.Add("GatherElements", "/step/before", [activations, best], AttributeValue.Int("axis", 1));
        var gains = body.Add("And", "/step/gains", [live, body.Add("Greater", "/step/positive", [product, body.Scalar(0f)], DataType.Bool)]);
        var amount = body.Add("Where", "/step/amount", [gains, product, body.Scalar(0f)], DataType.Float);
        var next = body.Add("ScatterElements", "/step/next", [activations, best, body.Add("Add", "/step/after", [before, amount])], AttributeValue.Int("axis", 1));
        var row = body.Add("Gather", "/step/row", [decoder, body.Add("Squeeze", "/step/index", [best, body.Constant(1)])], AttributeValue.Int("axis", 0));
        var left = body.Add("Sub", "/step/left", [residual, body.Add("Mul", "/step/change", [amount, row])]);

        var goes = gains;
        if (rules.StopOnDuplicate)
        {
            goes = body.Add("And", "/step/fresh", [goes, body.Add("Equal", "/step/unused", [before, body.Scalar(0f)], DataType.Bool)]);
        }

        if (rules.ResidualThreshold > 0)
        {
            var norm = body.Add("ReduceL2", "/step/norm", [left], AttributeValue.Ints("axes", 1), AttributeValue.Int("keepdims", 1));
            goes = body.Add("And", "/step/far", [goes, body.Add("GreaterOrEqual", "/step/large", [norm, body.Scalar(rules.ResidualThreshold)], DataType.Bool)]);
        }

        // A sum, because the largest of no tokens is not defined.
        var count = body.Add("ReduceSum", "/step/count", [body.Add("Cast", "/step/counted", [goes], DataType.Float, AttributeValue.Int("to", (long)DataType.Float))], AttributeValue.Int("keepdims", 0));
        body.Output(body.Add("Greater", "/step/any", [count, body.Scalar(0f)], DataType.Bool));
        body.Output(next, "tokens", sae.LatentCount);
        body.Output(left, "tokens", sae.HiddenSize);
        body.Output(goes, "tokens", 1);
        return body.Model.Graph;
    }

    private static GraphValue Filled(GraphBuilder builder, string name, GraphValue tokens, int width)
    {
        var shape = builder.Add("Concat", name + "/shape", [tokens, builder.Constant(width)], AttributeValue.Int("axis", 0));
        return builder.Add("ConstantOfShape", name, [shape], DataType.Float);
    }
}
