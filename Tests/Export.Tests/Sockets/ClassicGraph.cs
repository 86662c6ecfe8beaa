using Steering.Export.Onnx;
using static Steering.Export.Onnx.TensorProto.Types;

namespace Steering.Tests.Export.Sockets;

/// <summary>A small decoder with learned positions, LayerNorm, biases and MultiHeadAttention, nothing fused but the attention.</summary>
internal static class ClassicGraph
{
    public static GraphBuilder Build(DecoderShape shape, BlockForm form, int seed = 2)
    {
        var graph = new GraphBuilder("main_graph", shape.Opset);
        var weights = new GraphWeights(graph, shape, seed);
        var type = weights.FloatType;
        var ids = graph.Input("input_ids", DataType.Int64, "batch_size", "sequence_length");
        var mask = graph.Input("attention_mask", DataType.Int64, "batch_size", "total_sequence_length");
        var positions = graph.Input("position_ids", DataType.Int64, "batch_size", "sequence_length");
        var padding = graph.Add("Cast", "/transformer/mask/Cast", [mask], DataType.Int32, AttributeValue.Int("to", (int)DataType.Int32));
        var tokens = graph.Add("Gather", "/transformer/wte/Gather", [weights.Normal("wte", 1, shape.Vocabulary, shape.Hidden), ids], type);
        var places = graph.Add("Gather", "/transformer/wpe/Gather", [weights.Normal("wpe", 1, shape.Context, shape.Hidden), positions], type);
        var stream = graph.Add("Add", "/transformer/Add", [tokens, places]);

        GraphValue Linear(string name, GraphValue x, int inputs, int outputs) =>
            graph.Add("Add", $"{name}/Add", [weights.Product(name, name, x, inputs, outputs), weights.Normal($"{name}.bias", 0.1, outputs)]);

        GraphValue Norm(string name, GraphValue x) => graph.Add(
            "LayerNormalization",
            name,
            [x, weights.NearOne($"{name}.weight", shape.Hidden), weights.Normal($"{name}.bias", 0.1, shape.Hidden)],
            AttributeValue.Float("epsilon", 1e-5f),
            AttributeValue.Int("axis", -1));

        GraphValue Attention(string root, int block, GraphValue normed)
        {
            var (q, k, v) = (Linear($"{root}/q", normed, shape.Hidden, shape.Hidden), Linear($"{root}/k", normed, shape.Hidden, shape.Hidden), Linear($"{root}/v", normed, shape.Hidden, shape.Hidden));
            var pastKey = graph.Input($"past_key_values.{block}.key", type, "batch_size", shape.Heads, "past_sequence_length", shape.Hidden / shape.Heads);
            var pastValue = graph.Input($"past_key_values.{block}.value", type, "batch_size", shape.Heads, "past_sequence_length", shape.Hidden / shape.Heads);
            GraphValue[] outputs = [new($"{root}/attn/output_0", type), new($"present.{block}.key", type), new($"present.{block}.value", type)];
            graph.AddNode(
                "MultiHeadAttention",
                GraphBuilder.Microsoft,
                $"{root}/attn/MultiHeadAttention",
                [q, k, v, GraphValue.None, padding, GraphValue.None, pastKey, pastValue],
                outputs,
                AttributeValue.Int("num_heads", shape.Heads),
                AttributeValue.Int("unidirectional", 1));
            graph.Output(outputs[1], "batch_size", shape.Heads, "total_sequence_length", shape.Hidden / shape.Heads);
            graph.Output(outputs[2], "batch_size", shape.Heads, "total_sequence_length", shape.Hidden / shape.Heads);
            return Linear($"{root}/proj", outputs[0], shape.Hidden, shape.Hidden);
        }

        GraphValue Mlp(string root, GraphValue normed) =>
            Linear($"{root}/down", graph.AddMicrosoft("FastGelu", $"{root}/gelu", [Linear($"{root}/up", normed, shape.Hidden, shape.Intermediate)]), shape.Intermediate, shape.Hidden);

        GraphValue Sum(string name, GraphValue left, GraphValue right) => graph.Add("Add", name, [left, right]);

        for (var block = 0; block < shape.Blocks; block++)
        {
            var root = $"/transformer/h.{block}";
            stream = form switch
            {
                BlockForm.PostNorm => Norm($"{root}/ln_1", Sum($"{root}/Add", stream, Attention(root, block, stream))),
                BlockForm.Sequential => Sum($"{root}/Add", Attention(root, block, Norm($"{root}/ln_1", stream)), stream),
                BlockForm.ParallelSum => Sum($"{root}/Add_1", Sum($"{root}/Add", Mlp(root, Norm($"{root}/ln_2", stream)), Attention(root, block, Norm($"{root}/ln_1", stream))), stream),
                _ => Sum($"{root}/Add_1", Sum($"{root}/Add", stream, Attention(root, block, Norm($"{root}/ln_1", stream))), Mlp(root, Norm($"{root}/ln_2", stream))),
            };
            stream = form switch
            {
                BlockForm.PostNorm => Norm($"{root}/ln_2", Sum($"{root}/Add_1", stream, Mlp(root, stream))),
                BlockForm.Sequential => Sum($"{root}/Add_1", Mlp(root, Norm($"{root}/ln_2", stream)), stream),
                _ => stream,
            };
        }

        var normed = Norm("/transformer/ln_f", stream);
        var logits = new GraphValue("logits", type);
        graph.AddNode("Identity", string.Empty, "/lm_head/Identity", [weights.Product("/lm_head", "lm_head", normed, shape.Hidden, shape.Vocabulary)], [logits]);
        graph.Output(logits, "batch_size", "sequence_length", shape.Vocabulary);
        return graph;
    }
}
