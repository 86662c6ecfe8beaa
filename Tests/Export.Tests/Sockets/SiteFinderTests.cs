using Steering.Export.Onnx;
using Steering.Export.Sockets;

namespace Steering.Tests.Export.Sockets;

[TestClass]
public sealed class SiteFinderTests
{
    [TestMethod]
    [DataRow(GraphPrecision.Float32, NormForm.FusedSkip)]
    [DataRow(GraphPrecision.Float16, NormForm.FusedSkip)]
    [DataRow(GraphPrecision.Int4, NormForm.FusedSkip)]
    [DataRow(GraphPrecision.Float32, NormForm.Single)]
    [DataRow(GraphPrecision.Float32, NormForm.SpelledOut)]
    public void Llama_EveryBlockEndsAtItsMlpAddition(object precision, object norm)
    {
        var shape = new DecoderShape { Precision = (GraphPrecision)precision, Norm = (NormForm)norm };
        var model = LlamaGraph.Build(shape).Model;

        var stream = SiteFinder.Find(model);

        Assert.HasCount(shape.Blocks, stream.Sites);
        Assert.AreEqual(shape.Hidden, stream.HiddenSize);
        Assert.AreEqual(shape.Precision == GraphPrecision.Float16, stream.IsHalf);
        Assert.IsFalse(stream.IsParallel);
        for (var block = 0; block < shape.Blocks; block++)
        {
            var node = model.Graph.Node[stream.Sites[block].Node];
            var expected = block + 1 < shape.Blocks ? $"/model/layers.{block + 1}/input_layernorm" : $"/model/layers.{shape.Blocks}/final_norm_layernorm";
            StringAssert.StartsWith(node.Name, expected, StringComparison.Ordinal);
            StringAssert.Contains(node.Input[1 - stream.Sites[block].StreamInput], $"/model/layers.{block}/mlp/down_proj", StringComparison.Ordinal);
        }
    }

    [TestMethod]
    [DataRow(BlockForm.Sequential)]
    [DataRow(BlockForm.ParallelSum)]
    [DataRow(BlockForm.ParallelChain)]
    public void Classic_EveryBlockEndsAtItsLastAddition(object form)
    {
        var shape = new DecoderShape { Blocks = 4 };
        var model = ClassicGraph.Build(shape, (BlockForm)form).Model;

        var stream = SiteFinder.Find(model);

        Assert.AreEqual((BlockForm)form != BlockForm.Sequential, stream.IsParallel);
        CollectionAssert.AreEqual(
            Enumerable.Range(0, 4).Select(block => $"/transformer/h.{block}/Add_1").ToArray(),
            stream.Sites.Select(site => model.Graph.Node[site.Node].Name).ToArray());
    }

    [TestMethod]
    [DataRow("llama")]
    [DataRow("spelled")]
    [DataRow("gpt2")]
    [DataRow("neox")]
    public void NamesOfNodesAndTensors_DoNotMatter(string form)
    {
        for (var seed = 0; seed < 5; seed++)
        {
            var (plain, disguised) = (Model(form), Model(form));
            var expected = SiteFinder.Find(plain);
            var addends = expected.Sites.Select(site => plain.Graph.Node[site.Node].OpType).ToArray();
            GraphDisguise.Apply(disguised, seed);

            var found = SiteFinder.Find(disguised);

            Assert.AreEqual((expected.HiddenSize, expected.IsHalf, expected.IsParallel), (found.HiddenSize, found.IsHalf, found.IsParallel));
            CollectionAssert.AreEqual(addends, found.Sites.Select(site => disguised.Graph.Node[site.Node].OpType).ToArray());

            // The same nodes: each site is fed by as many attention operators as its block number says.
            CollectionAssert.AreEqual(
                expected.Sites.Select(site => Upstream(plain, site.Node)).ToArray(),
                found.Sites.Select(site => Upstream(disguised, site.Node)).ToArray());
        }
    }

    [TestMethod]
    public void StreamThroughCasts_IsFollowed()
    {
        // Microsoft's builder computes norms of some half-precision models in single precision.
        var model = LlamaGraph.Build(new DecoderShape { Norm = NormForm.Single, Precision = GraphPrecision.Float16 }).Model;
        foreach (var (add, number) in model.Graph.Node.Where(node => node.Name.EndsWith("/residual/Add", StringComparison.Ordinal)).Select((node, number) => (node, number)).ToArray())
        {
            var cast = new NodeProto { Name = $"/cast.{number}", OpType = "Cast", Input = { add.Output[0] }, Output = { $"/cast.{number}/output_0" } };
            cast.Attribute.Add(new AttributeProto { Name = "to", I = (long)TensorProto.Types.DataType.Float16 });
            foreach (var node in model.Graph.Node)
            {
                for (var input = 0; input < node.Input.Count; input++)
                {
                    node.Input[input] = string.Equals(node.Input[input], add.Output[0], StringComparison.Ordinal) ? cast.Output[0] : node.Input[input];
                }
            }

            model.Graph.Node.Insert(model.Graph.Node.IndexOf(add) + 1, cast);
        }

        Assert.HasCount(3, SiteFinder.Find(model).Sites);
    }

    private static ModelProto Model(string form) => form switch
    {
        "llama" => LlamaGraph.Build(new DecoderShape()).Model,
        "spelled" => LlamaGraph.Build(new DecoderShape { Norm = NormForm.SpelledOut }).Model,
        "gpt2" => ClassicGraph.Build(new DecoderShape(), BlockForm.Sequential).Model,
        _ => ClassicGraph.Build(new DecoderShape(), BlockForm.ParallelSum).Model,
    };

    /// <summary>Number of attention operators and of nodes on which a node depends.</summary>
    private static (int Attentions, int Nodes) Upstream(ModelProto model, int node)
    {
        var index = new GraphIndex(model.Graph);
        var seen = new HashSet<int> { node };
        var waiting = new Stack<int>(seen);
        while (waiting.TryPop(out var next))
        {
            foreach (var other in index.Predecessors(next).Where(seen.Add))
            {
                waiting.Push(other);
            }
        }

        return (seen.Count(other => GraphOperators.IsAttention(index.Nodes[other])), seen.Count);
    }
}
