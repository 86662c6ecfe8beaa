using Steering.Export.Onnx;
using Steering.Saes;
using static Steering.Export.Onnx.TensorProto.Types;

namespace Steering.Export.Saes;

/// <summary>Activations, or values and indices, → reconstruction.</summary>
internal static class SaeDecodeGraph
{
    /// <summary>
    /// Tokens whose rows are gathered at once. All at once would hold [tokens, k, d] numbers; blocks of this size stay in
    /// the processor's cache, which on 2 cores is 1.4 times as fast (2,048 tokens, k 32, d 512), and fill a GPU.
    /// </summary>
    private const long Block = 64;

    public static GraphBuilder Build(SaeGraph graph)
    {
        var (builder, sae) = (graph.Builder, graph.Sae);
        GraphValue sum;
        if (graph.Sparse)
        {
            // As many entries a token as the caller likes: k from encode, more where some were added.
            var values = graph.Input(SaeOnnxNames.TopValues, DataType.Float, "entries");
            var indices = graph.Input(SaeOnnxNames.TopIndices, DataType.Int64, "entries");
            sum = Gathered(graph, values, indices);
        }
        else
        {
            var activations = graph.Input(SaeOnnxNames.Activations, DataType.Float, sae.LatentCount);
            sum = builder.Add("Gemm", "/sum", [graph.Rows("/rows", activations, sae.LatentCount), SaeGraphWeights.Widen(builder, "/W_dec", graph.Decoder())]);
        }

        var rows = builder.Add("Add", "/shifted", [sum, graph.OutputBias()]);
        if (sae.Normalisation != InputNormalisation.None)
        {
            var scale = graph.Input(SaeOnnxNames.Scale, DataType.Float, 1);
            rows = builder.Add("Mul", "/scaled", [rows, graph.Rows("/scale_rows", scale, 1)]);
        }

        if (sae.Normalisation == InputNormalisation.LayerNorm)
        {
            var mean = graph.Input(SaeOnnxNames.Mean, DataType.Float, 1);
            rows = builder.Add("Add", "/moved", [rows, graph.Rows("/mean_rows", mean, 1)]);
        }

        graph.Back(SaeOnnxNames.Reconstruction, rows, sae.HiddenSize);
        return builder;
    }

    /// <summary>Σ value·row of each token, [batch·sequence, d], block by block.</summary>
    private static GraphValue Gathered(SaeGraph graph, GraphValue values, GraphValue indices)
    {
        var (builder, width) = (graph.Builder, graph.Sae.HiddenSize);
        var tokens = builder.Add("ReduceProd", "/tokens", [graph.Leading], AttributeValue.Ints("axes", 0), AttributeValue.Int("keepdims", 1));
        var entries = builder.Add("Shape", "/entries", [values], DataType.Int64, AttributeValue.Int("start", 2), AttributeValue.Int("end", 3));

        // Blocks no larger than the input, so that one token costs one token; and at least one, because a scan over
        // nothing is refused.
        var count = builder.Add("Max", "/count", [tokens, builder.Constant(1)]);
        var block = builder.Add("Min", "/block", [count, builder.Constant(Block)]);
        var filled = builder.Add("Sub", "/blocks/up", [builder.Add("Add", "/blocks/sum", [count, block]), builder.Constant(1)]);
        var blocks = builder.Add("Div", "/blocks", [filled, block]);
        var missing = builder.Add("Sub", "/missing", [builder.Add("Mul", "/padded", [blocks, block]), tokens]);
        var padding = builder.Add("Concat", "/padding", [builder.Constant(0, 0), missing, builder.Constant(0)], AttributeValue.Int("axis", 0));
        var rows = builder.Add("Concat", "/rows/shape", [tokens, entries], AttributeValue.Int("axis", 0));
        var shape = builder.Add("Concat", "/blocks/shape", [blocks, block, entries], AttributeValue.Int("axis", 0));

        GraphValue sums = new("/sums", DataType.Float);
        builder.AddNode(
            "Scan",
            string.Empty,
            "/sum",
            [Blocks(SaeOnnxNames.TopValues, values), Blocks(SaeOnnxNames.TopIndices, indices)],
            [sums],
            AttributeValue.Int("num_scan_inputs", 2),
            AttributeValue.Graph("body", Body(graph, graph.Decoder())));
        var all = builder.Add("Reshape", "/sums/rows", [sums, builder.Constant(-1, width)]);
        return builder.Add("Slice", "/sums/given", [all, builder.Constant(0), tokens, builder.Constant(0)]);

        GraphValue Blocks(string name, GraphValue value)
        {
            // Allowing zeros, because a dimension of 0 means 0 and not the input's own.
            var flat = builder.Add("Reshape", $"/{name}/rows", [value, rows], AttributeValue.Int("allowzero", 1));
            return builder.Add("Reshape", $"/{name}/blocks", [builder.Add("Pad", $"/{name}/padded", [flat, padding]), shape], AttributeValue.Int("allowzero", 1));
        }
    }

    private static GraphProto Body(SaeGraph graph, GraphValue decoder)
    {
        var body = graph.Builder.Body("sum_of_rows");
        var values = body.Input("/part/values", DataType.Float, "block", "entries");
        var indices = body.Input("/part/indices", DataType.Int64, "block", "entries");
        var rows = SaeGraphWeights.Widen(body, "/part/rows/wide", body.Add("Gather", "/part/rows", [decoder, indices], AttributeValue.Int("axis", 0)));
        var weights = body.Add("Unsqueeze", "/part/weights", [values, body.Constant(1)]);
        var sum = body.Add("MatMul", "/part/sum", [weights, rows]);
        body.Output(body.Add("Squeeze", "/part/out", [sum, body.Constant(1)]), "block", graph.Sae.HiddenSize);
        return body.Model.Graph;
    }
}
