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
}
