using System.Diagnostics;
using System.Runtime.InteropServices;
using Steering.Export.Checkpoints;
using Steering.Tensors;

namespace Steering.Tests.Export.Checkpoints;

[TestClass]
public sealed class GgufCheckpointTests
{
    private static readonly string[] Model = ["smollm2-135m-instruct", "SmolLM2-135M-Instruct.Q4_1.gguf"];

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void Open_Model_ReadsTheConfiguration()
    {
        using var checkpoint = GgufCheckpoint.Open(OracleFolder.RequireModel(Model));
        var expected = new CheckpointConfig
        {
            ModelType = "llama",
            ModelName = "SmolLM2-135M-Instruct",
            HiddenSize = 576,
            IntermediateSize = 1536,
            BlockCount = 30,
            HeadCount = 9,
            KeyValueHeadCount = 3,
            HeadSize = 64,
            VocabularySize = 49152,
            ContextLength = 8192,
            NormEpsilon = 1e-5f,
            RopeTheta = 100_000,
            TiedEmbeddings = true,
            BosTokenId = 1,
            EosTokenIds = checkpoint.Config.EosTokenIds,
            PadTokenId = 2,
            SlidingBlocks = checkpoint.Config.SlidingBlocks,
        };
        Assert.AreEqual(expected, checkpoint.Config);
        // <|im_end|>, which the file names, and <|endoftext|>, by its text, as in llama.cpp.
        CollectionAssert.AreEqual(new[] { 2, 0 }, checkpoint.Config.EosTokenIds.ToArray());
        Assert.IsEmpty(checkpoint.Config.SlidingBlocks);
        Assert.AreEqual(0.125f, checkpoint.Config.AttentionScale);
        Assert.AreEqual(64, checkpoint.Config.RotarySize);
        Assert.HasCount(272, checkpoint.TensorNames);
        Assert.AreEqual("gpt2", checkpoint.Metadata["tokenizer.ggml.model"].AsString());
    }

    [TestMethod]
    public void Describe_Model_GivesHuggingFaceNamesAndShapes()
    {
        using var checkpoint = GgufCheckpoint.Open(OracleFolder.RequireModel(Model));
        var key = checkpoint.Describe("model.layers.29.self_attn.k_proj.weight");
        CollectionAssert.AreEqual(new long[] { 192, 576 }, key.Shape.ToArray());
        Assert.AreEqual("Q4_1", key.Storage);
        Assert.AreEqual("Q8_0", checkpoint.Describe("model.embed_tokens.weight").Storage);
        Assert.AreEqual("Float32", checkpoint.Describe("model.norm.weight").Storage);
        Refusal.Of(() => checkpoint.Describe("lm_head.weight"), "has no tensor 'lm_head.weight'; the nearest of its 272 names:");
    }

    /// <summary>
    /// The permutation in the words of the format: a row of the file is (head, position in half, half), a row of Hugging
    /// Face is (head, half, position in half).
    /// </summary>
    [TestMethod]
    [DataRow("q", 9)]
    [DataRow("k", 3)]
    public void ReadFloat32_QueryAndKey_UndoThePermutationOfRows(string part, int heads)
    {
        using var checkpoint = GgufCheckpoint.Open(OracleFolder.RequireModel(Model));
        using var file = GgufFile.Open(OracleFolder.RequireModel(Model));
        var name = $"model.layers.3.self_attn.{part}_proj.weight";
        const int Columns = 576;
        const int RowBytes = Columns / 32 * 20;
        var values = new float[heads * 64 * Columns];
        checkpoint.ReadFloat32(name, values);
        var blocks = checkpoint.ReadBlocks(name).Span;
        var stored = file.Bytes($"blk.3.attn_{part}.weight");
        var row = 0;
        for (var head = 0; head < heads; head++)
        {
            for (var half = 0; half < 2; half++)
            {
                for (var position = 0; position < 32; position++, row++)
                {
                    var source = stored.Slice(((head * 64) + (position * 2) + half) * RowBytes, RowBytes);
                    Assert.IsTrue(source.SequenceEqual(blocks.Slice(row * RowBytes, RowBytes)), $"blocks of row {row}");
                    for (var column = 0; column < Columns; column++)
                    {
                        Assert.AreEqual(Affine(source, column), values[(row * Columns) + column], $"row {row} column {column}");
                    }
                }
            }
        }
    }

    [TestMethod]
    public void ReadBlocks_OfOtherTensors_AreTheMappedFile()
    {
        using var checkpoint = GgufCheckpoint.Open(OracleFolder.RequireModel(Model));
        Assert.IsTrue(checkpoint.ReadBlocks("model.layers.0.mlp.up_proj.weight").Span == checkpoint.ReadBlocks("model.layers.0.mlp.up_proj.weight").Span, "Both show the same mapped memory.");
        Assert.IsTrue(checkpoint.ReadBlocks("model.norm.weight").IsEmpty, "Plain numbers have no blocks.");
        Refusal.Of(() => checkpoint.ReadBlocks("nothing"), "has no tensor 'nothing'");
    }

    [TestMethod]
    [TestCategory("Model")]
    public void ReadFloat32_WholeModel_TakesAboutASecond()
    {
        using var checkpoint = GgufCheckpoint.Open(OracleFolder.RequireModel(Model));
        var largest = new float[checkpoint.TensorNames.Max(name => checkpoint.Describe(name).Count)];
        foreach (var run in Enumerable.Range(1, 3))
        {
            var clock = Stopwatch.StartNew();
            var total = 0L;
            foreach (var name in checkpoint.TensorNames)
            {
                var values = largest.AsSpan(0, (int)checkpoint.Describe(name).Count);
                checkpoint.ReadFloat32(name, values);
                total += values.Length;
                Assert.IsTrue(float.IsFinite(values[0]) && float.IsFinite(values[^1]), name);
            }

            TestContext.WriteLine($"run {run}: {total} elements in {clock.ElapsedMilliseconds} ms");
            Assert.AreEqual(134_515_008, total);
        }
    }

    [TestMethod]
    public void ReadFloat32_IntoTheWrongRoom_Refuses()
    {
        using var checkpoint = GgufCheckpoint.Open(OracleFolder.RequireModel(Model));
        Refusal.Of(() => checkpoint.ReadFloat32("model.norm.weight", new float[575]), "tensor 'model.norm.weight' [576] has 576 elements; room for 575 was given");
    }

    [TestMethod]
    public void ReadFloat32_AfterDispose_Throws()
    {
        var checkpoint = GgufCheckpoint.Open(OracleFolder.RequireModel(Model));
        checkpoint.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => checkpoint.ReadFloat32("model.norm.weight", new float[576]));
    }

    private static float Affine(ReadOnlySpan<byte> row, int column)
    {
        var block = row.Slice(column / 32 * 20, 20);
        var code = column % 32 < 16 ? block[4 + (column % 16)] & 15 : block[4 + (column % 16)] >> 4;
        return ((float)MemoryMarshal.Read<Half>(block) * code) + (float)MemoryMarshal.Read<Half>(block[2..]);
    }
}
