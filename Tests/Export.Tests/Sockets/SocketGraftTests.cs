using Microsoft.ML.OnnxRuntime;
using Steering.Export.Onnx;
using Steering.Export.Sockets;
using Steering.Sockets;

namespace Steering.Tests.Export.Sockets;

/// <summary>What a socket must not change, and that every reader of the stream sees what it does change.</summary>
[TestClass]
public sealed class SocketGraftTests
{
    private const int Hidden = 64;

    private static readonly string[] Forms = ["llama-float32", "llama-float16", "llama-int4", "llama-single", "llama-spelled", "gpt2", "neox-sum", "neox-chain"];

    public static IEnumerable<object[]> AllForms => Forms.Select(form => new object[] { form });

    [TestMethod]
    [DynamicData(nameof(AllForms))]
    public void Idle_AtEverySite_LeavesEveryBitOfTheGraph(string form)
    {
        var (plain, socketed, ids) = Pair(form);
        using (plain)
        using (socketed)
        {
            var expected = plain.Run(ids);
            var actual = socketed.Run(ids, null, SocketHarness.Feeds(socketed, Hidden));

            foreach (var (name, result) in expected)
            {
                SocketHarness.AssertSameBits(result, actual[name], $"{form}: {name}");
            }

            CollectionAssert.AreEqual(new long[] { 1, 1, 0 }, actual[SocketLayout.Activations("resid_post.1")].Shape);
            CollectionAssert.AreEqual(new long[] { 2, 5, Hidden }, actual[SocketLayout.Residual("resid_post.1")].Shape);
        }
    }

    [TestMethod]
    [DataRow("gpt2")]
    [DataRow("neox-sum")]
    [DataRow("neox-chain")]
    public void Idle_WhereOnnxRuntimeFusesTheLastAddition_StaysWithinItsRounding(string form)
    {
        // A published sum has a reader more, so ONNX Runtime no longer fuses the last Add with the final norm and the
        // bias before it, and adds the same three numbers in another order: 1e-6 of the largest logit.
        var (plain, socketed, ids) = Pair(form, GraphOptimizationLevel.ORT_ENABLE_ALL);
        using (plain)
        using (socketed)
        {
            var expected = plain.Run(ids)["logits"];
            var actual = socketed.Run(ids, null, SocketHarness.Feeds(socketed, Hidden))["logits"];

            SocketHarness.AssertClose(expected.Values, actual.Values, 1e-6, form);
        }
    }

    [TestMethod]
    [DynamicData(nameof(AllForms))]
    public void Neutral_RowsAtEverySite_LeaveEveryBitOfTheGraph(string form)
    {
        var (plain, socketed, ids) = Pair(form);
        using (plain)
        using (socketed)
        {
            var plugged = Enumerable.Range(0, 3).Select(block => (block, new SocketRows(4, Hidden).Randomise(new Random(block)))).ToArray();
            var expected = plain.Run(ids);
            var actual = socketed.Run(ids, null, SocketHarness.Feeds(socketed, Hidden, plugged));

            foreach (var (name, result) in expected)
            {
                SocketHarness.AssertSameBits(result, actual[name], $"{form}: {name}");
            }

            Assert.IsTrue(actual[SocketLayout.Activations("resid_post.1")].Values.Any(v => v != 0), "neutral rows still read");
        }
    }

    [TestMethod]
    [DataRow("llama-float32", 2e-5)]
    [DataRow("llama-int4", 2e-5)]
    [DataRow("llama-float16", 4e-3)]
    [DataRow("llama-single", 2e-5)]
    [DataRow("llama-spelled", 2e-5)]
    [DataRow("gpt2", 2e-5)]
    [DataRow("neox-sum", 2e-5)]
    [DataRow("neox-chain", 2e-5)]
    public void Edit_AtEverySite_FollowsTheFormula(string form, double tolerance)
    {
        var (plain, socketed, ids) = Pair(form);
        using (plain)
        using (socketed)
        {
            for (var block = 0; block < 3; block++)
            {
                var rows = new SocketRows(3, Hidden).Randomise(new Random(block)).Set(Dial.Gain, 0, 2).Set(Dial.Offset, 1, 1).Set(Dial.High, 2, 0.1f);
                SocketHarness.Check(socketed, block, rows, ids, tolerance);
            }
        }
    }

    [TestMethod]
    [DataRow(GraphPrecision.Float32, NormForm.FusedSkip)]
    [DataRow(GraphPrecision.Int4, NormForm.FusedSkip)]
    [DataRow(GraphPrecision.Float32, NormForm.Single)]
    [DataRow(GraphPrecision.Float32, NormForm.SpelledOut)]
    public void Edit_ThatAddsAVector_EqualsTheVectorInTheMlpsBias(object precision, object norm)
    {
        // An independent way to move the stream after block 1: the plain graph with a bias in that block's MLP.
        var shape = new DecoderShape { Precision = (GraphPrecision)precision, Norm = (NormForm)norm };
        var shift = Enumerable.Range(0, Hidden).Select(i => MathF.Sin(i) / 2).ToArray();
        using var shifted = new DecoderSession(GraphWeights.Inline(LlamaGraph.Build(shape with { Shift = (1, shift) })), shape);
        using var socketed = new DecoderSession(SocketHarness.Socketed(LlamaGraph.Build(shape)), shape);
        var rows = new SocketRows(1, Hidden).Set(Dial.Offset, 0, 1);
        shift.CopyTo(rows.Write, 0);
        var ids = SocketHarness.Ids(2, 6);

        var expected = shifted.Run(ids);
        var actual = socketed.Run(ids, null, SocketHarness.Feeds(socketed, Hidden, (1, rows)));

        // The shift joins the sum in another order: 1e-5 of the largest logit; int4 quantises activations, so 1e-2.
        var tolerance = shape.Precision == GraphPrecision.Int4 ? 1e-2 : 1e-5;
        foreach (var name in new[] { "logits", "present.2.key", "present.2.value" })
        {
            SocketHarness.AssertClose(expected[name].Values, actual[name].Values, tolerance, name);
        }
    }

    [TestMethod]
    public void Policy_OfOneBatchRow_LeavesTheOtherRowsBits()
    {
        var (plain, socketed, _) = Pair("llama-float32");
        using (plain)
        using (socketed)
        {
            var ids = SocketHarness.Ids(3, 5);
            var rows = new SocketRows(3, Hidden, batch: 3).Randomise(new Random(1));
            var before = socketed.Run(ids, null, SocketHarness.Feeds(socketed, Hidden, (1, rows)));
            rows[1, Dial.Offset, 0] = 5;
            rows[1, Dial.Gain, 2] = -3;
            var after = socketed.Run(ids, null, SocketHarness.Feeds(socketed, Hidden, (1, rows)));

            foreach (var name in new[] { "logits", "present.2.key", SocketLayout.Residual("resid_post.2") })
            {
                var size = before[name].Values.Length / 3;
                Assert.IsTrue(before[name].Values.AsSpan(0, size).SequenceEqual(after[name].Values.AsSpan(0, size)), $"row 0 of {name}");
                Assert.IsTrue(before[name].Values.AsSpan(2 * size).SequenceEqual(after[name].Values.AsSpan(2 * size)), $"row 2 of {name}");
                Assert.IsFalse(before[name].Values.AsSpan(size, size).SequenceEqual(after[name].Values.AsSpan(size, size)), $"row 1 of {name}");
            }
        }
    }

    [TestMethod]
    public void FirstPosition_WithPaddingOnTheLeft_CountsRealTokens()
    {
        var shape = new DecoderShape();
        using var session = new DecoderSession(SocketHarness.Socketed(ClassicGraph.Build(shape, BlockForm.Sequential)), shape);
        var rows = new SocketRows(1, Hidden).Randomise(new Random(2)).Set(Dial.Offset, 0, 2).Set(Dial.FirstPosition, 0, 1);
        long[][] mask = [[0, 0, 1, 1, 1], [1, 1, 1, 1, 1]];

        SocketHarness.Check(session, 1, rows, SocketHarness.Ids(2, 5), 2e-5, [[0, 0, 0, 1, 2], [0, 1, 2, 3, 4]], mask);
    }

    [TestMethod]
    public void FirstPosition_WithPaddingOnTheRight_CountsRealTokens()
    {
        var shape = new DecoderShape();
        using var session = new DecoderSession(SocketHarness.Socketed(LlamaGraph.Build(shape)), shape);
        var rows = new SocketRows(1, Hidden).Randomise(new Random(2)).Set(Dial.Offset, 0, 2).Set(Dial.FirstPosition, 0, 2);
        long[][] mask = [[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]];

        SocketHarness.Check(session, 1, rows, SocketHarness.Ids(2, 5), 2e-5, [[0, 1, 2, 3, 4], [0, 1, 2, 3, 4]], mask);
    }

    [TestMethod]
    [DataRow("llama-float32")]
    [DataRow("gpt2")]
    public void Decode_AfterPrefill_EqualsOneLongPrefill(string form)
    {
        var (plain, socketed, _) = Pair(form);
        using (plain)
        using (socketed)
        {
            var ids = SocketHarness.Ids(2, 7);
            var rows = new SocketRows(2, Hidden).Randomise(new Random(3)).Set(Dial.Offset, 0, 2).Set(Dial.FirstPosition, 0, 5).Set(Dial.Gain, 1, 3).Set(Dial.FirstPosition, 1, 1);
            var feeds = SocketHarness.Feeds(socketed, Hidden, (1, rows));
            var whole = socketed.Run(ids, null, feeds)[SocketLayout.Residual("resid_post.2")];
            var step = socketed.Run([.. ids.Select(row => row[..4])], null, feeds);
            for (var token = 4; token < 7; token++)
            {
                step = socketed.Run([.. ids.Select(row => new[] { row[token] })], null, feeds, step);
                for (var row = 0; row < 2; row++)
                {
                    var expected = whole.Values.AsSpan(((row * 7) + token) * Hidden, Hidden);
                    SocketHarness.AssertClose(expected, step[SocketLayout.Residual("resid_post.2")].Values.AsSpan(row * Hidden, Hidden), 1e-5, $"row {row}, token {token}");
                }
            }
        }
    }

    [TestMethod]
    [DataRow(13)]
    [DataRow(17)]
    [DataRow(18)]
    public void OlderOperatorSet_IsSocketedWithItsOwnForms(int opset)
    {
        var shape = new DecoderShape { Opset = opset };
        using var session = new DecoderSession(SocketHarness.Socketed(LlamaGraph.Build(shape)), shape);
        var rows = new SocketRows(2, Hidden).Randomise(new Random(3)).Set(Dial.Offset, 0, 2);
        rows.Scale = [1, 1, 0.1f, 0.1f, 0, 0.1f];
        rows.Attenuation = [.. Enumerable.Repeat(0.2f, 12)];

        SocketHarness.Check(session, 1, rows, SocketHarness.Ids(2, 5), 2e-5);
    }

    [TestMethod]
    public void SomeSites_GetSocketsAndNoOthers()
    {
        var shape = new DecoderShape();
        var model = LlamaGraph.Build(shape).Model;

        var socketed = SocketGraft.Apply(model, SiteSelection.Blocks(2, 0));

        CollectionAssert.AreEqual(new[] { new SocketSite("resid_post.0", 0, Hidden), new SocketSite("resid_post.2", 2, Hidden) }, socketed.Sites.ToArray());
        Assert.AreEqual(3, socketed.BlockCount);
        var inputs = model.Graph.Input.Select(input => input.Name).Where(name => name.StartsWith("steering.", StringComparison.Ordinal)).ToArray();
        CollectionAssert.AreEqual(SocketLayout.Inputs("resid_post.0").Concat(SocketLayout.Inputs("resid_post.2")).ToArray(), inputs);
    }

    [TestMethod]
    public void IdleSite_RunsFourNodes_AndAllSitesShareEight()
    {
        var graph = LlamaGraph.Build(new DecoderShape()).Model.Graph;
        var before = graph.Node.Count;
        var model = LlamaGraph.Build(new DecoderShape()).Model;
        SocketGraft.Apply(model, SiteSelection.All);
        var choices = model.Graph.Node.Where(node => string.Equals(node.OpType, "If", StringComparison.Ordinal)).ToArray();
        var idle = choices.Sum(node => node.Attribute.Single(attribute => string.Equals(attribute.Name, "else_branch", StringComparison.Ordinal)).G.Node.Count);

        Assert.HasCount(3, choices);
        Assert.AreEqual(3, idle, "nodes of the idle branches");
        Assert.IsLessThanOrEqualTo(8, model.Graph.Node.Count - before - (3 * 3), "nodes that all sites share");
    }

    [TestMethod]
    public void SecondSocketing_IsRefused()
    {
        var model = LlamaGraph.Build(new DecoderShape()).Model;
        SocketGraft.Apply(model, SiteSelection.Blocks(0));

        var refusal = Assert.ThrowsExactly<SteeringException>(() => SocketGraft.Apply(model, SiteSelection.Blocks(1)));

        StringAssert.Contains(refusal.Message, "has sockets already", StringComparison.Ordinal);
    }

    [TestMethod]
    public void MissingBlock_IsRefusedWithTheList()
    {
        var refusal = Assert.ThrowsExactly<SteeringException>(() => SocketGraft.Apply(LlamaGraph.Build(new DecoderShape()).Model, SiteSelection.Blocks(1, 3)));

        StringAssert.Contains(refusal.Message, "no block 3", StringComparison.Ordinal);
        StringAssert.Contains(refusal.Message, "resid_post.0, resid_post.1, resid_post.2", StringComparison.Ordinal);
    }

    [TestMethod]
    public void GraphWithoutMaskAndPositions_IsRefused()
    {
        var model = ClassicGraph.Build(new DecoderShape(), BlockForm.Sequential).Model;
        var names = GraphInterface.Default with { AttentionMask = "none", PositionIds = "neither" };

        var refusal = Assert.ThrowsExactly<SteeringException>(() => SocketGraft.Apply(model, SiteSelection.All, names));

        StringAssert.Contains(refusal.Message, "no input 'none' and no input 'neither'", StringComparison.Ordinal);
    }

    [TestMethod]
    public void OldOperatorSet_IsRefused()
    {
        var refusal = Assert.ThrowsExactly<SteeringException>(() => SocketGraft.Apply(LlamaGraph.Build(new DecoderShape { Opset = 12 }).Model, SiteSelection.All));

        StringAssert.Contains(refusal.Message, "operator set 12", StringComparison.Ordinal);
    }

    /// <summary>A graph without and with sockets. What is fused in the file runs fully optimised; the others without the fusions of ONNX Runtime that depend on who reads a sum.</summary>
    private static (DecoderSession Plain, DecoderSession Socketed, long[][] Ids) Pair(string form, GraphOptimizationLevel? level = null)
    {
        var optimisation = level ?? (form.StartsWith("llama", StringComparison.Ordinal) ? GraphOptimizationLevel.ORT_ENABLE_ALL : GraphOptimizationLevel.ORT_ENABLE_BASIC);
        var shape = new DecoderShape
        {
            Precision = form switch { "llama-float16" => GraphPrecision.Float16, "llama-int4" => GraphPrecision.Int4, _ => GraphPrecision.Float32 },
            Norm = form switch { "llama-single" => NormForm.Single, "llama-spelled" => NormForm.SpelledOut, _ => NormForm.FusedSkip },
        };
        ModelProto Model(bool socketed)
        {
            var graph = form switch
            {
                "gpt2" => ClassicGraph.Build(shape, BlockForm.Sequential),
                "neox-sum" => ClassicGraph.Build(shape, BlockForm.ParallelSum),
                "neox-chain" => ClassicGraph.Build(shape, BlockForm.ParallelChain),
                _ => LlamaGraph.Build(shape),
            };
            return socketed ? SocketHarness.Socketed(graph) : GraphWeights.Inline(graph);
        }

        return (new DecoderSession(Model(false), shape, optimisation), new DecoderSession(Model(true), shape, optimisation), SocketHarness.Ids(2, 5));
    }
}
