using Steering.Export.Checkpoints;
using static Steering.Tests.Export.Checkpoints.CheckpointFolder;

namespace Steering.Tests.Export.Checkpoints;

[TestClass]
public sealed class HuggingFaceConfigTests
{
    private const string Gemma3 = """
        {"model_type":"gemma3_text","hidden_size":8,"intermediate_size":16,"num_hidden_layers":12,"num_attention_heads":2,"head_dim":4,
         "vocab_size":10,"max_position_embeddings":32,"rms_norm_eps":1e-6,"hidden_activation":"gelu_pytorch_tanh","query_pre_attn_scalar":4,
         "sliding_window":8}
        """;

    /// <summary>What is particular of each architecture, read off its <c>config.json</c> by eye.</summary>
    private static readonly Dictionary<string, Action<CheckpointConfig>> Particulars = new(StringComparer.Ordinal)
    {
        ["llama"] = config => Assert.AreEqual((16, 10_000f, null), (config.HeadSize, config.RopeTheta, config.RopeScaling)),
        ["llama3-rope"] = config => Assert.AreEqual((500_000f, new RopeScaling("llama3", 8, 1, 4, 64)), (config.RopeTheta, config.RopeScaling)),
        ["mistral"] = config => CollectionAssert.AreEqual(new int?[] { 16, 16, 16 }, Windows(config)),
        ["qwen2"] = config => Assert.AreEqual((true, false, false, null), (config.AttentionBias, config.AttentionOutputBias, config.QueryKeyNorm, config.SlidingWindow)),
        ["qwen3"] = config => Assert.AreEqual((false, true, 32, null), (config.AttentionBias, config.QueryKeyNorm, config.HeadSize, config.SlidingWindow)),
        ["gemma2"] = config =>
        {
            CollectionAssert.AreEqual(new int?[] { 16, null, 16 }, Windows(config));
            Assert.AreEqual((50f, 30f, 24f, "gelu_pytorch_tanh"), (config.AttentionSoftcap, config.FinalSoftcap, config.QueryPreAttentionScalar, config.Activation));
            Assert.AreEqual(1 / Math.Sqrt(24), config.AttentionScale, 1e-7);
        },
        ["gemma3_text"] = config =>
        {
            CollectionAssert.AreEqual(new int?[] { 16, 16, 16 }, Windows(config));
            Assert.AreEqual((1_000_000f, 10_000f, true, null, null), (config.RopeTheta, config.LocalRopeTheta, config.QueryKeyNorm, config.AttentionSoftcap, config.FinalSoftcap));
        },
        ["gpt2"] = config => Assert.AreEqual((256, 0f, true, true, "gelu_new", 16), (config.IntermediateSize, config.RopeTheta, config.AttentionBias, config.MlpBias, config.Activation, config.HeadSize)),
        ["gpt_neox"] = config => Assert.AreEqual((4, true, true, true, "gelu"), (config.RotarySize, config.AttentionBias, config.AttentionOutputBias, config.ParallelResidual, config.Activation)),
        ["phi3"] = config => Assert.AreEqual((16, null, 1e-5f), (config.RotarySize, config.SlidingWindow, config.NormEpsilon)),
    };

    [TestMethod]
    public void Read_EveryArchitecture_HasItsParticulars()
    {
        foreach (var folder in OracleFolder.Cases("config.json", "architectures"))
        {
            using var checkpoint = Checkpoint.Open(folder);
            var config = checkpoint.Config;
            Assert.AreEqual(Path.GetFileName(folder), config.ModelName);
            Assert.AreEqual((64, 3, 4, 320, 256), (config.HiddenSize, config.BlockCount, config.HeadCount, config.VocabularySize, config.ContextLength), folder);
            Assert.AreEqual(config.ModelType is "gpt2" or "gpt_neox" ? 4 : 2, config.KeyValueHeadCount, folder);
            Assert.AreEqual(checkpoint.TensorNames.Any(name => name is "lm_head.weight" or "embed_out.weight"), !config.TiedEmbeddings, folder);
            Assert.AreEqual(checkpoint.TensorNames.Any(name => name.EndsWith("q_proj.bias", StringComparison.Ordinal) || name.EndsWith("query_key_value.bias", StringComparison.Ordinal) || name.EndsWith("c_attn.bias", StringComparison.Ordinal)), config.AttentionBias, folder);
            Assert.AreEqual(1, config.BosTokenId);
            CollectionAssert.AreEqual(new[] { 2 }, config.EosTokenIds.ToArray());
            var particulars = Particulars.GetValueOrDefault(Path.GetFileName(folder)) ?? Particulars.GetValueOrDefault(config.ModelType);
            Assert.IsNotNull(particulars, $"{folder}: no expectation for this architecture.");
            particulars(config);
        }
    }

    [TestMethod]
    public void Read_OlderRotaryKeys_MeanTheSame()
    {
        var llama = Read(With(Llama, "\"rope_theta\":500000.0", "\"rope_scaling\":{\"rope_type\":\"llama3\",\"factor\":8,\"low_freq_factor\":1,\"high_freq_factor\":4,\"original_max_position_embeddings\":64}"));
        Assert.AreEqual((500_000f, new RopeScaling("llama3", 8, 1, 4, 64)), (llama.RopeTheta, llama.RopeScaling));
        var linear = Read(With(Llama, "\"rope_scaling\":{\"type\":\"linear\",\"factor\":2}"));
        Assert.AreEqual((10_000f, new RopeScaling("linear", 2, 0, 0, 0)), (linear.RopeTheta, linear.RopeScaling));
        var gemma = Read(With(Gemma3, "\"rope_theta\":2e6", "\"rope_local_base_freq\":5000"));
        Assert.AreEqual((2e6f, 5000f), (gemma.RopeTheta, gemma.LocalRopeTheta));
        Assert.AreEqual(1e6f, Read(Gemma3).RopeTheta);
        var neox = Read("""{"model_type":"gpt_neox","hidden_size":8,"intermediate_size":16,"num_hidden_layers":1,"num_attention_heads":1,"vocab_size":10,"max_position_embeddings":32,"layer_norm_eps":1e-5,"hidden_act":"gelu","rotary_pct":0.5,"rotary_emb_base":20000}""");
        Assert.AreEqual((4, 20_000f, true), (neox.RotarySize, neox.RopeTheta, neox.ParallelResidual));
    }

    [TestMethod]
    public void Read_WithoutLayerTypes_KnowsWhichBlocksSlide()
    {
        var gemma3 = Read(Gemma3);
        CollectionAssert.AreEquivalent(Enumerable.Range(0, 12).Except([5, 11]).ToArray(), gemma3.SlidingBlocks.ToArray());
        var patterned = Read(With(Gemma3, "\"sliding_window_pattern\":4"));
        CollectionAssert.AreEquivalent(Enumerable.Range(0, 12).Except([3, 7, 11]).ToArray(), patterned.SlidingBlocks.ToArray());
        var gemma2 = Read(With(Gemma3, "\"model_type\":\"gemma2\""));
        CollectionAssert.AreEquivalent(new[] { 0, 2, 4, 6, 8, 10 }, gemma2.SlidingBlocks.ToArray());
        var qwen = With(Llama, "\"model_type\":\"qwen2\"", "\"sliding_window\":8", "\"max_window_layers\":1", "\"use_sliding_window\":true");
        CollectionAssert.AreEqual(new int?[] { null, 8 }, Windows(Read(qwen)));
        Assert.IsNull(Read(With(qwen, "\"use_sliding_window\":false")).SlidingWindow);
        CollectionAssert.AreEqual(new int?[] { 8, 8 }, Windows(Read(With(Llama, "\"model_type\":\"mistral\"", "\"sliding_window\":8"))));
        CollectionAssert.AreEqual(new int?[] { null, 8 }, Windows(Read(With(Llama, "\"model_type\":\"phi3\"", "\"sliding_window\":8", "\"layer_types\":[\"full_attention\",\"sliding_attention\"]"))));
    }

    [TestMethod]
    public void Read_EndTokens_JoinsBothFiles()
    {
        using var folder = new TemporaryFolder();
        Write(folder, With(Llama, "\"eos_token_id\":[3,4]", "\"pad_token_id\":0"));
        File.WriteAllText(folder["generation_config.json"], """{"eos_token_id":[4,5],"temperature":0.6}""");
        using var checkpoint = Checkpoint.Open(folder.Path);
        CollectionAssert.AreEqual(new[] { 3, 4, 5 }, checkpoint.Config.EosTokenIds.ToArray());
        Assert.AreEqual((null, 0), (checkpoint.Config.BosTokenId, checkpoint.Config.PadTokenId));
    }

    [TestMethod]
    public void Read_NamesAndHarmlessKeys_AreAccepted()
    {
        var config = Read(With(Llama, "\"_name_or_path\":\"owner/model\"", "\"torch_dtype\":\"float16\"", "\"use_cache\":true", "\"unknown\":null", "\"attention_bias\":true"));
        Assert.AreEqual("owner/model", config.ModelName);
        Assert.IsTrue(config.AttentionBias && config.AttentionOutputBias && !config.MlpBias);
    }

    [TestMethod]
    [DataRow("model_type")]
    [DataRow("hidden_size")]
    [DataRow("intermediate_size")]
    [DataRow("num_hidden_layers")]
    [DataRow("num_attention_heads")]
    [DataRow("vocab_size")]
    [DataRow("max_position_embeddings")]
    [DataRow("rms_norm_eps")]
    [DataRow("hidden_act")]
    public void Read_WithoutARequiredKey_RefusesByName(string key) =>
        Refuse(Without(Llama, key), $"lacks the required key '{key}'");

    [TestMethod]
    [DataRow("\"residual_multiplier\":2", "has the key 'residual_multiplier', which this library does not know and will not ignore")]
    [DataRow("\"model_type\":\"mamba\"", "has 'model_type' = mamba; one of llama, mistral, qwen2")]
    [DataRow("\"hidden_size\":0", "has 'hidden_size' = 0; a whole number from 1 to 16777216 was expected")]
    [DataRow("\"hidden_size\":1e99", "has 'hidden_size' = 1e99; a whole number")]
    [DataRow("\"num_hidden_layers\":2147483647", "has 'num_hidden_layers' = 2147483647; a whole number from 1 to 4096")]
    [DataRow("\"rms_norm_eps\":-1", "has 'rms_norm_eps' = -1; a positive, finite number was expected")]
    [DataRow("\"rms_norm_eps\":1e60", "has 'rms_norm_eps' = 1e60; a positive, finite number was expected")]
    [DataRow("\"attention_bias\":1", "has 'attention_bias' = 1; true or false was expected")]
    [DataRow("\"hidden_act\":7", "has 'hidden_act' = 7; a string was expected")]
    [DataRow("\"num_key_value_heads\":3", "is contradictory: it gives 2 query heads and 3 key/value heads")]
    [DataRow("\"head_dim\":5", "is contradictory: it gives 5 rotary elements in a head of 5; an even number")]
    [DataRow("\"num_attention_heads\":9,\"num_key_value_heads\":1", "is contradictory: it gives hidden size 8 and 9 heads")]
    [DataRow("\"eos_token_id\":10", "is contradictory: it gives the special token 10, but a vocabulary of 10")]
    [DataRow("\"eos_token_id\":[\"x\"]", "has 'eos_token_id' = \"x\"; a token id")]
    [DataRow("\"quantization_config\":{\"bits\":4}", "has 'quantization_config' = an object; a model that is not quantised")]
    [DataRow("\"rope_scaling\":{\"type\":\"ntk\",\"factor\":4}", "has 'rope_scaling.rope_type' = ntk; default, linear, dynamic, llama3, yarn or longrope")]
    [DataRow("\"rope_scaling\":{\"type\":\"linear\"}", "lacks the required key 'rope_scaling.factor'")]
    [DataRow("\"rope_scaling\":{\"type\":\"linear\",\"factor\":2,\"mscale\":1}", "has the key 'rope_scaling.mscale'")]
    [DataRow("\"rope_scaling\":2", "has 'rope_scaling' = 2; an object was expected")]
    [DataRow("\"rope_theta\":5,\"rope_parameters\":{\"rope_theta\":6}", "has 'rope_theta' = 5; the 6 of rope_parameters was expected")]
    [DataRow("\"rope_parameters\":{\"partial_rotary_factor\":1.5}", "has 'rope_parameters.partial_rotary_factor' = 1.5; a number above 0, at most 1")]
    [DataRow("\"rope_interleaved\":true", "sets 'rope_interleaved' to true, which is not supported")]
    [DataRow("\"use_bidirectional_attention\":true", "sets 'use_bidirectional_attention' to true")]
    public void Read_WrongValue_RefusesByName(string members, string message) =>
        Refuse(With(Llama, members), message);

    [TestMethod]
    public void Read_WrongLayerTypes_RefusesByName()
    {
        Refuse(With(Gemma3, "\"layer_types\":[\"full_attention\"]"), "has 'layer_types' = 1 entries; full_attention or sliding_attention for each of the 12 blocks");
        Refuse(With(Llama, "\"model_type\":\"qwen2\"", "\"layer_types\":[\"full_attention\",\"linear_attention\"]"), "has 'layer_types'");
        Refuse(With(Gemma3, "\"rope_parameters\":{\"full_attention\":{\"rope_theta\":1},\"sliding_attention\":{\"rope_theta\":1,\"rope_type\":\"linear\",\"factor\":2}}"), "scaling of sliding blocks is not supported");
    }

    [TestMethod]
    public void Read_MissingOrRepeatedOrHuge_Refuses()
    {
        using var folder = new TemporaryFolder();
        Write(folder, Llama);
        File.Delete(folder["config.json"]);
        Refusal.Of(() => Checkpoint.Open(folder.Path), "config.json does not exist");
        Refuse("""{"model_type":"llama","model_type":"gpt2"}""", "is not valid JSON");
        Refuse(string.Concat(Enumerable.Repeat("[", 100)), "is not valid JSON");
    }

    private static int?[] Windows(CheckpointConfig config) => [.. Enumerable.Range(0, config.BlockCount).Select(config.WindowOf)];

    private static CheckpointConfig Read(string config)
    {
        using var folder = new TemporaryFolder();
        using var checkpoint = Checkpoint.Open(Write(folder, config));
        return checkpoint.Config;
    }

    private static void Refuse(string config, string message)
    {
        using var folder = new TemporaryFolder();
        Write(folder, config);
        Refusal.Of(() => Checkpoint.Open(folder.Path), message);
    }
}
