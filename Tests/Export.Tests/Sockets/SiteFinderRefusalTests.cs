using Google.Protobuf;
using Steering.Export.Onnx;
using Steering.Export.Sockets;
using AttributeType = Steering.Export.Onnx.AttributeProto.Types.AttributeType;
using DataType = Steering.Export.Onnx.TensorProto.Types.DataType;

namespace Steering.Tests.Export.Sockets;

/// <summary>Graphs that are broken in one way each, and what the refusal says of it.</summary>
[TestClass]
public sealed class SiteFinderRefusalTests
{
    private const string NotCertain = "could not be followed with certainty";

    [TestMethod]
    public void PostNormBlocks_HaveNoStreamAroundThem() =>
        Refused(ClassicGraph.Build(new DecoderShape(), BlockForm.PostNorm).Model, "ln_1' changes the stream between two residual writes");

    [TestMethod]
    public void AttentionWithoutMlp_IsNoBlock()
    {
        var model = Llama();
        foreach (var block in Enumerable.Range(0, 3))
        {
            // The MLP reads nothing of the stream any more.
            Node(model, $"/model/layers.{block}/mlp/gate_proj/MatMul").Input[0] = "cos_cache";
            Node(model, $"/model/layers.{block}/mlp/up_proj/MatMul").Input[0] = "cos_cache";
        }

        Refused(model);
    }

    [TestMethod]
    public void BlockWithTwoAttentions_DoesNotCount()
    {
        var model = Llama();
        var second = Node(model, "/model/layers.1/attn/GroupQueryAttention").Clone();
        second.Name = "/second";
        second.Output.Clear();
        second.Output.Add(["/second/output_0", "/second/key", "/second/value"]);
        second.Input[0] = Node(model, "/model/layers.1/attn/GroupQueryAttention").Output[0];
        Insert(model, "/model/layers.1/attn/o_proj/MatMul", second);
        Node(model, "/model/layers.1/attn/o_proj/MatMul").Input[0] = "/second/output_0";

        Refused(model, "1, 0, 2, 0, 1, 0");
    }

    [TestMethod]
    public void SkipConnectionPastASite_IsSeen()
    {
        // The embedding joins the stream again after the last block: an edit at earlier sites would not reach that copy.
        var model = Llama(NormForm.Single);
        Insert(model, "/lm_head/MatMul", Plain("Add", "/late", ["/model/layers.3/final_norm_layernorm/LayerNorm/output_0", "/model/embed_tokens/Gather/output_0"]));
        Node(model, "/lm_head/MatMul").Input[0] = "/late/output_0";

        Refused(model);
    }

    [TestMethod]
    public void SharedKeysAndValues_AreSeen()
    {
        // Block 2 attends to what block 0 read: its keys would not see an edit at site 1.
        var model = Llama();
        Node(model, "/model/layers.2/attn/GroupQueryAttention").Input[1] = "/model/layers.0/attn/k_proj/MatMul/output_0";

        Refused(model);
    }

    [TestMethod]
    public void ScaledStream_IsNoResidualStream()
    {
        var model = Llama(NormForm.Single);
        Insert(model, "/model/layers.1/input_layernorm/LayerNorm", Plain("Mul", "/scaled", ["/model/layers.1/input_layernorm/residual/Add/output_0", "factor"]));
        AddScalar(model, "factor");
        foreach (var node in model.Graph.Node.Where(node => !string.Equals(node.Name, "/scaled", StringComparison.Ordinal)))
        {
            Replace(node, "/model/layers.1/input_layernorm/residual/Add/output_0", "/scaled/output_0");
        }

        Refused(model, "Mul '/scaled' changes the stream between two residual writes");
    }

    [TestMethod]
    public void MissingFinalNorm_IsSeen()
    {
        var model = Llama(NormForm.Single);
        Node(model, "/lm_head/MatMul").Input[0] = "/model/layers.3/final_norm_layernorm/residual/Add/output_0";

        Refused(model, "does not feed a final norm");
    }

    [TestMethod]
    public void UnfusedAttention_IsNotCounted()
    {
        var model = Llama();
        foreach (var node in model.Graph.Node.Where(node => GraphOperators.IsAttention(node)))
        {
            node.OpType = "HomeMadeAttention";
        }

        Refused(model, "0, 0, 0, 0, 0, 0 attention operators each");
    }

    [TestMethod]
    public void AttentionBesideThePath_IsSeen()
    {
        var model = Llama();
        var draft = Node(model, "/model/layers.0/attn/GroupQueryAttention").Clone();
        draft.Name = "/draft";
        draft.Output.Clear();
        draft.Output.Add(["/draft/output_0", "/draft/key", "/draft/value"]);
        model.Graph.Node.Add(draft);

        Refused(model, "4 attention operators in the graph, but 3 of them");
    }

    [TestMethod]
    public void TwoEmbeddings_AreRefused()
    {
        var model = Llama();
        Insert(model, "/model/embed_tokens/Gather", Plain("Gather", "/second", ["model.embed_tokens.weight", "input_ids"]));

        Refused(model, "looked up in 2 embedding tables");
    }

    [TestMethod]
    public void OtherWidthAtOneNorm_IsRefused()
    {
        var model = Llama();
        var gamma = model.Graph.Initializer.Single(tensor => string.Equals(tensor.Name, "model.layers.2.input_layernorm.weight", StringComparison.Ordinal));
        gamma.Dims[0] = 32;

        Refused(model, "32 and 64 wide");
    }

    [TestMethod]
    public void OtherTypes_AreRefusedByName()
    {
        var model = Llama();
        foreach (var tensor in model.Graph.Initializer.Where(tensor => tensor.DataType == (int)DataType.Float))
        {
            tensor.DataType = (int)DataType.Bfloat16;
        }

        Refused(model, "Bfloat16");
    }

    [TestMethod]
    public void MissingInputsAndOutputs_AreNamed()
    {
        var model = Llama();

        Refusal.Of(() => SiteFinder.Find(model, GraphInterface.Default with { InputIds = "tokens" }), NotCertain, "no input 'tokens'");
        Refusal.Of(() => SiteFinder.Find(model, GraphInterface.Default with { Logits = "scores" }), NotCertain, "no output 'scores'");
        Refusal.Of(() => SiteFinder.Find(model, GraphInterface.Default with { Logits = "present.0.key" }), NotCertain);
        Refusal.Of(() => SiteFinder.Find(new ModelProto()), "holds no graph");
    }

    [TestMethod]
    public void CircleAndDoubleWriter_AreInvalidGraphs()
    {
        var circle = Llama();
        Node(circle, "/model/layers.0/attn/q_proj/MatMul").Input[0] = "/model/layers.1/mlp/Mul/output_0";
        var twice = Llama();
        Node(twice, "/model/layers.0/attn/q_proj/MatMul").Output[0] = "/model/layers.0/attn/k_proj/MatMul/output_0";

        Refusal.Of(() => SiteFinder.Find(circle), "wait for each other in a circle");
        Refusal.Of(() => SiteFinder.Find(twice), "two nodes write the tensor");
    }

    [TestMethod]
    public void MutatedGraphs_AreSocketedOrRefused_NeverHalfDone()
    {
        var original = Llama();
        var random = new Random(7);
        var (done, refused) = (0, 0);
        for (var round = 0; round < 400; round++)
        {
            var model = original.Clone();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                Mutate(model.Graph, random);
            }

            var before = model.Clone();
            try
            {
                SocketGraft.Apply(model, SiteSelection.All);
                done++;
            }
            catch (SteeringException)
            {
                Assert.AreEqual(before, model, $"round {round}: a refused graph must stay as it was");
                refused++;
            }
        }

        Assert.IsTrue(done > 0 && refused > 100, $"{done} socketed, {refused} refused");
    }

    private static void Mutate(GraphProto graph, Random random)
    {
        var node = graph.Node[random.Next(graph.Node.Count)];
        var other = graph.Node[random.Next(graph.Node.Count)];
        switch (random.Next(8))
        {
            case 0 when node.Input.Count > 0:
                node.Input[random.Next(node.Input.Count)] = other.Output.Count > 0 ? other.Output[0] : string.Empty;
                break;
            case 1 when node.Input.Count > 0:
                node.Input.RemoveAt(random.Next(node.Input.Count));
                break;
            case 2 when node.Output.Count > 0:
                node.Output.RemoveAt(random.Next(node.Output.Count));
                break;
            case 3:
                node.OpType = other.OpType;
                break;
            case 4:
                graph.Node.Remove(node);
                break;
            case 5:
                graph.Initializer[random.Next(graph.Initializer.Count)].Dims.Clear();
                break;
            case 6:
                graph.Initializer.RemoveAt(random.Next(graph.Initializer.Count));
                break;
            default:
                node.Attribute.Add(new AttributeProto { Name = "body", Type = AttributeType.Graph, G = new GraphProto { Node = { other.Clone() } } });
                break;
        }
    }

    private static ModelProto Llama(NormForm norm = NormForm.FusedSkip) => LlamaGraph.Build(new DecoderShape { Norm = norm }).Model;

    private static void Refused(ModelProto model, params string[] parts)
    {
        Refusal.Of(() => SiteFinder.Find(model), [NotCertain, .. parts]);
        var before = model.Clone();
        Refusal.Of(() => SocketGraft.Apply(model, SiteSelection.All), NotCertain);
        Assert.AreEqual(before, model, "a refused graph must stay as it was");
    }

    private static NodeProto Node(ModelProto model, string name) => model.Graph.Node.Single(node => string.Equals(node.Name, name, StringComparison.Ordinal));

    private static NodeProto Plain(string operation, string name, string[] inputs) => new() { Name = name, OpType = operation, Input = { inputs }, Output = { $"{name}/output_0" } };

    private static void Insert(ModelProto model, string before, NodeProto added) => model.Graph.Node.Insert(model.Graph.Node.IndexOf(Node(model, before)), added);

    private static void AddScalar(ModelProto model, string name) =>
        model.Graph.Initializer.Add(new TensorProto { Name = name, DataType = (int)DataType.Float, RawData = ByteString.CopyFrom(BitConverter.GetBytes(2f)) });

    private static void Replace(NodeProto node, string tensor, string by)
    {
        for (var input = 0; input < node.Input.Count; input++)
        {
            node.Input[input] = string.Equals(node.Input[input], tensor, StringComparison.Ordinal) ? by : node.Input[input];
        }
    }
}
