using Steering.Export.Checkpoints;
using static Steering.Tests.GgufBytes;

namespace Steering.Tests.Export.Checkpoints;

/// <summary>
/// Small GGUF files of each architecture, made by hand as the conversion makes them, and read back in Hugging Face form.
/// Width 8, 2 heads of 4, 1 block, 3 tokens; element (row, column) of a matrix is 100 · row + column in the file.
/// </summary>
[TestClass]
public sealed class GgufArchitectureTests
{
    private const int Width = 8;

    [TestMethod]
    public void Llama_RestoresRowsOfMatricesAndBiases()
    {
        var bytes = Base("llama").Tensor("blk.0.attn_q.weight", [Width, 8], 0, Matrix(8)).Tensor("blk.0.attn_k.bias", [8], 0, Of<float>(0, 1, 2, 3, 4, 5, 6, 7)).Tensor("blk.0.attn_q.bias", [8], 0, Of<float>(0, 1, 2, 3, 4, 5, 6, 7));
        using var folder = new TemporaryFolder();
        using var checkpoint = GgufCheckpoint.Open(folder.Write("m.gguf", bytes.Build()));

        // A head of four: rows 0 and 2 of the file are the first halves of its pairs, rows 1 and 3 the second.
        float[] order = [0, 2, 1, 3, 4, 6, 5, 7];
        CollectionAssert.AreEqual(order, Read(checkpoint, "model.layers.0.self_attn.k_proj.bias"));
        CollectionAssert.AreEqual(order.Select(row => 100 * row).ToArray(), Column(Read(checkpoint, "model.layers.0.self_attn.q_proj.weight")));
        Assert.IsTrue(checkpoint.Config.AttentionBias);
    }

    [TestMethod]
    public void Llama_RotaryDivisors_AreASettingNotAWeight()
    {
        using var folder = new TemporaryFolder();
        using var checkpoint = GgufCheckpoint.Open(folder.Write("m.gguf", Base("llama").Tensor("rope_freqs.weight", [2], 0, Of(1f, 8f)).Build()));
        CollectionAssert.AreEqual(new[] { 1f, 8f }, checkpoint.Config.RopeFrequencyDivisors!.ToArray());
        CollectionAssert.AreEqual(new[] { "model.embed_tokens.weight" }, checkpoint.TensorNames.ToArray());
        var wrong = folder.Write("w.gguf", Base("llama").Tensor("rope_freqs.weight", [2], 0, Of(1f, 0f)).Build());
        Refusal.Of(() => GgufCheckpoint.Open(wrong), "tensor 'rope_freqs.weight' has 2 elements; 2 positive, finite ones were expected");
    }

    [TestMethod]
    public void GptNeoX_StacksQueryKeyValueHeadByHead()
    {
        var bytes = Base("gptneox", "attention.layer_norm_epsilon").Pair("gptneox.use_parallel_residual", 7, [0]).Pair("gptneox.rope.dimension_count", 2u)
            .Tensor("blk.0.attn_qkv.weight", [Width, 24], 0, Matrix(24)).Tensor("blk.0.attn_qkv.bias", [24], 0, Of(Enumerable.Range(0, 24).Select(row => (float)row).ToArray()));
        using var folder = new TemporaryFolder();
        using var checkpoint = GgufCheckpoint.Open(folder.Write("m.gguf", bytes.Build()));

        // Q, K, V of head 0, then of head 1; in the file Q takes rows 0–7, K 8–15, V 16–23.
        float[] order = [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23];
        CollectionAssert.AreEqual(order, Read(checkpoint, "gpt_neox.layers.0.attention.query_key_value.bias"));
        CollectionAssert.AreEqual(order.Select(row => 100 * row).ToArray(), Column(Read(checkpoint, "gpt_neox.layers.0.attention.query_key_value.weight")));
        Assert.AreEqual((2, false, true, "gpt_neox"), (checkpoint.Config.RotarySize, checkpoint.Config.ParallelResidual, checkpoint.Config.AttentionBias, checkpoint.Config.ModelType));
    }

    [TestMethod]
    public void Gemma2_TakesOneOffEveryNorm()
    {
        var bytes = Base("gemma2").Pair("gemma2.attn_logit_softcapping", 50f).Pair("gemma2.final_logit_softcapping", 30f).Pair("gemma2.attention.sliding_window", 4096u)
            .Tensor("blk.0.post_ffw_norm.weight", [Width], 0, Of<float>(1, 2, 3, 4, 5, 6, 7, 8)).Tensor("output_norm.weight", [Width], 0, Of<float>(1, 1, 1, 1, 1, 1, 1, 1.5f));
        using var folder = new TemporaryFolder();
        using var checkpoint = GgufCheckpoint.Open(folder.Write("m.gguf", bytes.Build()));
        CollectionAssert.AreEqual(new float[] { 0, 1, 2, 3, 4, 5, 6, 7 }, Read(checkpoint, "model.layers.0.post_feedforward_layernorm.weight"));
        CollectionAssert.AreEqual(new[] { 0, 0, 0, 0, 0, 0, 0, 0.5f }, Read(checkpoint, "model.norm.weight"));
        CollectionAssert.AreEqual(new float[] { 0, 1, 2, 3, 4, 5, 6, 7 }, Read(checkpoint, "model.embed_tokens.weight")[..8]);
        Assert.AreEqual((4096, 50f, 30f, 4f), (checkpoint.Config.WindowOf(0), checkpoint.Config.AttentionSoftcap, checkpoint.Config.FinalSoftcap, checkpoint.Config.QueryPreAttentionScalar));
    }

    [TestMethod]
    public void Gemma3_KnowsItsLocalRotaryBase()
    {
        var bytes = Base("gemma3").Pair("gemma3.attention.sliding_window", 512u).Pair("gemma3.rope.freq_base", 1e6f).Pair("gemma3.rope.scaling.type", "linear").Pair("gemma3.rope.scaling.factor", 8f)
            .Tensor("blk.0.attn_q_norm.weight", [4], 0, Of<float>(1, 1, 1, 2));
        using var folder = new TemporaryFolder();
        using var checkpoint = GgufCheckpoint.Open(folder.Write("m.gguf", bytes.Build()));
        CollectionAssert.AreEqual(new float[] { 0, 0, 0, 1 }, Read(checkpoint, "model.layers.0.self_attn.q_norm.weight"));
        Assert.AreEqual(("gemma3_text", 1e6f, 1e4f, 512, true), (checkpoint.Config.ModelType, checkpoint.Config.RopeTheta, checkpoint.Config.LocalRopeTheta, checkpoint.Config.WindowOf(0), checkpoint.Config.QueryKeyNorm));
        Assert.AreEqual(new RopeScaling("linear", 8, 0, 0, 0), checkpoint.Config.RopeScaling);
    }

    [TestMethod]
    [DataRow("qwen2", "blk.0.attn_q.bias", "model.layers.0.self_attn.q_proj.bias")]
    [DataRow("qwen3", "blk.0.attn_k_norm.weight", "model.layers.0.self_attn.k_norm.weight")]
    [DataRow("phi3", "blk.0.attn_qkv.weight", "model.layers.0.self_attn.qkv_proj.weight")]
    [DataRow("phi3", "blk.0.ffn_up.weight", "model.layers.0.mlp.gate_up_proj.weight")]
    [DataRow("llama", "output.weight", "lm_head.weight")]
    public void OtherArchitectures_TranslateNamesAndLeaveRowsAlone(string architecture, string stored, string name)
    {
        using var folder = new TemporaryFolder();
        using var checkpoint = GgufCheckpoint.Open(folder.Write("m.gguf", Base(architecture).Tensor(stored, [Width], 0, Of<float>(0, 1, 2, 3, 4, 5, 6, 7)).Build()));
        CollectionAssert.AreEqual(new float[] { 0, 1, 2, 3, 4, 5, 6, 7 }, Read(checkpoint, name));
        Assert.AreEqual(stored != "output.weight", checkpoint.Config.TiedEmbeddings);
    }

    [TestMethod]
    public void Gpt2_HasLearnedPositionsAndMatricesAsTheyAre()
    {
        var bytes = Base("gpt2", "attention.layer_norm_epsilon").Tensor("position_embd.weight", [Width, 2], 0, Matrix(2)).Tensor("blk.0.ffn_up.weight", [Width, 16], 0, Matrix(16));
        using var folder = new TemporaryFolder();
        using var checkpoint = GgufCheckpoint.Open(folder.Write("m.gguf", bytes.Build()));
        CollectionAssert.AreEqual(new long[] { 16, 8 }, checkpoint.Describe("transformer.h.0.mlp.c_fc.weight").Shape.ToArray());
        Assert.AreEqual(101, Read(checkpoint, "transformer.wpe.weight")[9]);
        Assert.AreEqual((0f, "gelu_new", true), (checkpoint.Config.RopeTheta, checkpoint.Config.Activation, checkpoint.Config.MlpBias));
    }

    [TestMethod]
    public void Open_WhatAModelDoesNotHave_RefusesByName()
    {
        Refuse(new GgufBytes().Pair("general.name", "x"), "lacks the required metadata key 'general.architecture'");
        Refuse(new GgufBytes().Pair("general.architecture", "mamba"), "holds the architecture 'mamba'; one of llama, qwen2");
        Refuse(Base("llama").Pair("split.count", 2, Of<ushort>(3)), "is one of 3 parts of a model; merge them");
        Refuse(Base("llama").Pair("llama.logit_scale", 2f), "has the metadata key 'llama.logit_scale', which this library does not know and will not ignore");
        Refuse(Base("llama").Pair("llama.expert_count", 8u), "has 'llama.expert_count' = 8; 0 (mixtures of experts are not supported)");
        Refuse(Base("llama").Pair("llama.rope.scaling.type", "yarn"), "has 'llama.rope.scaling.type' = yarn; none or linear was expected");
        Refuse(Base("llama").Pair("llama.attention.value_length", 6u), "has 'llama.attention.value_length' = 6; the 4 of attention.key_length");
        Refuse(Base("llama").Pair("llama.rope.dimension_count", 6u), "has 'llama.rope.dimension_count' = 6; at most the head size 4");
        Refuse(Base("llama").Pair("llama.attention.head_count_kv", 9, [.. Of(4u), .. Of(2UL), .. Of(1u, 2u)]), "different numbers for its blocks; one number for all of them was expected");
        Refuse(Base("llama").Pair("llama.attention.causal", 7, [0]), "has 'llama.attention.causal' = false");
        Refuse(Base("llama").Tensor("blk.0.ffn_gate_exps.weight", [Width], 0, new byte[32]), "holds tensor 'blk.0.ffn_gate_exps.weight', which a llama model of 1 blocks does not have");
        Refuse(Base("llama").Tensor("blk.1.attn_norm.weight", [Width], 0, new byte[32]), "holds tensor 'blk.1.attn_norm.weight', which a llama model of 1 blocks");
        Refuse(Base("llama").Tensor("blk.0.attn_norm.weight", [Width], 0, new byte[32]).Tensor("blk.00.attn_norm.weight", [Width], 0, new byte[32]), "holds two tensors that stand for 'model.layers.0.input_layernorm.weight'");
        Refuse(Base("llama").Tensor("blk.0.attn_q.weight", [Width, 7], 0, Matrix(7)), "tensor 'blk.0.attn_q.weight' has 7 rows; 8 were expected of heads of 4");
        Refuse(Base("llama").Tensor("blk.0.ffn_up.weight", [256], 19, new byte[50]), "tensor 'blk.0.ffn_up.weight' cannot be read. IQ1_S blocks are not supported");
        Refuse(new GgufBytes().Pair("general.architecture", "llama").Pair("llama.embedding_length", 8u), "lacks the required metadata key 'llama.attention.head_count'");
        Refuse(Base("llama", embeddingWidth: 4), "tensor 'token_embd.weight' has the shape [3, 4]; [vocabulary, 8] was expected");
    }

    private static GgufBytes Base(string architecture, string epsilon = "attention.layer_norm_rms_epsilon", int embeddingWidth = Width) => new GgufBytes()
        .Pair("general.architecture", architecture)
        .Pair($"{architecture}.embedding_length", (uint)Width)
        .Pair($"{architecture}.feed_forward_length", 16u)
        .Pair($"{architecture}.block_count", 1u)
        .Pair($"{architecture}.context_length", 64u)
        .Pair($"{architecture}.attention.head_count", 2u)
        .Pair($"{architecture}.{epsilon}", 1e-5f)
        .Tensor("token_embd.weight", [(ulong)embeddingWidth, 3], 0, Matrix(3, embeddingWidth));

    private static byte[] Matrix(int rows, int columns = Width) =>
        Of(Enumerable.Range(0, rows * columns).Select(i => (100f * (i / columns)) + (i % columns)).ToArray());

    private static float[] Read(GgufCheckpoint checkpoint, string name)
    {
        var values = new float[checkpoint.Describe(name).Count];
        checkpoint.ReadFloat32(name, values);
        return values;
    }

    private static float[] Column(float[] matrix) => [.. matrix.Where((_, index) => index % Width == 0)];

    private static void Refuse(GgufBytes bytes, string message)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("hostile.gguf", bytes.Build());
        Refusal.Of(() => Checkpoint.Open(path), message);
    }
}
