using Steering.Export.Onnx;
using static Steering.Export.Onnx.TensorProto.Types;

namespace Steering.Tests.Export.Sockets;

/// <summary>A small Llama with the node types, fusions and names that Microsoft's model builder writes.</summary>
internal static class LlamaGraph
{
    public static GraphBuilder Build(DecoderShape shape, int seed = 1)
    {
        var graph = new GraphBuilder("main_graph", shape.Opset);
        var weights = new GraphWeights(graph, shape, seed);
        var type = weights.FloatType;
        var ids = graph.Input("input_ids", DataType.Int64, "batch_size", "sequence_length");
        var mask = graph.Input("attention_mask", DataType.Int64, "batch_size", "total_sequence_length");
        var (lengths, total) = Mask(graph, mask);
        var (cosine, sine) = Rotary(weights, shape);
        var norms = new LlamaNorms(graph, weights, shape);
        var stream = graph.Add("Gather", "/model/embed_tokens/Gather", [weights.Normal("model.embed_tokens.weight", 1, shape.Vocabulary, shape.Hidden), ids], type);
        GraphValue? pending = null;
        for (var block = 0; block < shape.Blocks; block++)
        {
            var root = $"/model/layers.{block}";
            var key = $"model.layers.{block}";
            GraphValue normed;
            (normed, stream) = norms.Next($"{root}/input_layernorm", $"{key}.input_layernorm.weight", stream, pending, last: false);
            var query = weights.Product($"{root}/attn/q_proj", $"{key}.attn.q_proj", normed, shape.Hidden, shape.Heads * shape.HeadSize);
            var keys = weights.Product($"{root}/attn/k_proj", $"{key}.attn.k_proj", normed, shape.Hidden, shape.KeyHeads * shape.HeadSize);
            var values = weights.Product($"{root}/attn/v_proj", $"{key}.attn.v_proj", normed, shape.Hidden, shape.KeyHeads * shape.HeadSize);
            var pastKey = graph.Input($"past_key_values.{block}.key", type, "batch_size", shape.KeyHeads, "past_sequence_length", shape.HeadSize);
            var pastValue = graph.Input($"past_key_values.{block}.value", type, "batch_size", shape.KeyHeads, "past_sequence_length", shape.HeadSize);
            var attention = new GraphValue($"{root}/attn/GroupQueryAttention/output_0", type);
            var presentKey = new GraphValue($"present.{block}.key", type);
            var presentValue = new GraphValue($"present.{block}.value", type);
            graph.AddNode(
                "GroupQueryAttention",
                GraphBuilder.Microsoft,
                $"{root}/attn/GroupQueryAttention",
                [query, keys, values, pastKey, pastValue, lengths, total, cosine, sine],
                [attention, presentKey, presentValue],
                AttributeValue.Int("num_heads", shape.Heads),
                AttributeValue.Int("kv_num_heads", shape.KeyHeads),
                AttributeValue.Float("scale", 1 / MathF.Sqrt(shape.HeadSize)),
                AttributeValue.Int("do_rotary", 1),
                AttributeValue.Int("rotary_interleaved", 0));
            graph.Output(presentKey, "batch_size", shape.KeyHeads, "total_sequence_length", shape.HeadSize);
            graph.Output(presentValue, "batch_size", shape.KeyHeads, "total_sequence_length", shape.HeadSize);
            var projected = weights.Product($"{root}/attn/o_proj", $"{key}.attn.o_proj", attention, shape.Heads * shape.HeadSize, shape.Hidden);
            (normed, stream) = norms.Next($"{root}/post_attention_layernorm", $"{key}.post_attention_layernorm.weight", stream, projected, last: false);
            var gate = weights.Product($"{root}/mlp/gate_proj", $"{key}.mlp.gate_proj", normed, shape.Hidden, shape.Intermediate);
            var up = weights.Product($"{root}/mlp/up_proj", $"{key}.mlp.up_proj", normed, shape.Hidden, shape.Intermediate);
            var sigmoid = graph.Add("Sigmoid", $"{root}/mlp/act_fn/Sigmoid", [gate]);
            var active = graph.Add("Mul", $"{root}/mlp/Mul", [graph.Add("Mul", $"{root}/mlp/act_fn/Mul", [gate, sigmoid]), up]);
            pending = weights.Product($"{root}/mlp/down_proj", $"{key}.mlp.down_proj", active, shape.Intermediate, shape.Hidden);
            if (shape.Shift is { } shift && shift.Block == block)
            {
                pending = graph.Add("Add", $"{root}/mlp/down_proj/Add", [pending.Value, weights.Float($"{key}.mlp.down_proj.Add.bias", shift.Shift, shape.Hidden)]);
            }
        }

        var (final, _) = norms.Next($"/model/layers.{shape.Blocks}/final_norm_layernorm", $"model.layers.{shape.Blocks}.final_norm_layernorm.weight", stream, pending, last: true);
        var head = weights.Product("/lm_head", "lm_head", final, shape.Hidden, shape.Vocabulary);
        var logits = new GraphValue("logits", type);
        graph.AddNode("Identity", string.Empty, "/lm_head/Identity", [head], [logits]);
        graph.Output(logits, "batch_size", "sequence_length", shape.Vocabulary);
        return graph;
    }

    private static (GraphValue Lengths, GraphValue Total) Mask(GraphBuilder graph, GraphValue mask)
    {
        const string Root = "/model/attn_mask_reformat/attn_mask_subgraph";
        var sum = graph.Add("ReduceSum", $"{Root}/ReduceSum", [mask, graph.Constant(1)]);
        var less = graph.Add("Sub", $"{Root}/Sub", [sum, graph.Constant(1)]);
        var lengths = graph.Add("Cast", $"{Root}/Sub/Cast", [less], DataType.Int32, AttributeValue.Int("to", (int)DataType.Int32));
        var size = graph.Add("Shape", $"{Root}/Shape", [mask], DataType.Int64);
        var total = graph.Add("Gather", $"{Root}/Gather", [size, graph.Scalar(1L)], AttributeValue.Int("axis", 0));
        return (lengths, graph.Add("Cast", $"{Root}/Gather/Cast", [total], DataType.Int32, AttributeValue.Int("to", (int)DataType.Int32)));
    }

    private static (GraphValue Cosine, GraphValue Sine) Rotary(GraphWeights weights, DecoderShape shape)
    {
        var half = shape.HeadSize / 2;
        var cosine = new float[shape.Context * half];
        var sine = new float[shape.Context * half];
        for (var i = 0; i < cosine.Length; i++)
        {
            var angle = i / half * Math.Pow(10_000, -(i % half) / (double)half);
            (cosine[i], sine[i]) = ((float)Math.Cos(angle), (float)Math.Sin(angle));
        }

        return (weights.Float("cos_cache", cosine, shape.Context, half), weights.Float("sin_cache", sine, shape.Context, half));
    }
}
