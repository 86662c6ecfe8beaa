using System.Text.Json;
using Steering.Export;
using Steering.Export.Checkpoints;
using Steering.Export.Cuts;
using Steering.Export.Precision;
using Steering.Export.Sockets;
using Steering.Saes;
using Steering.Sockets;
using Steering.Tensors;
using Steering.Tests.Sdk.Saes;
using static Steering.Tests.GgufBytes;

namespace Steering.Tests.Export.Import;

/// <summary>What was made on one import of a checkpoint belongs to every import of it, and to no other checkpoint's.</summary>
[TestClass]
public sealed class CheckpointIdentityTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void EveryImportOfACheckpoint_IsTheSameModel_AndAnotherCheckpointIsNot()
    {
        var checkpoint = TinyCheckpoint.Write(_folder["tiny"]);
        Import(checkpoint, "fp32", WeightPrecision.Float32, SiteSelection.All);
        Import(checkpoint, "int4", WeightPrecision.Int4, SiteSelection.All);
        Import(checkpoint, "plain", WeightPrecision.Int4, sites: null);
        ModelSocketer.Socket(_folder["plain"], _folder["socketed"], SiteSelection.All);
        Import(TinyCheckpoint.Write(_folder["other"], headSize: 0.5), "another", WeightPrecision.Float32, SiteSelection.All);

        var made = SocketManifestFile.Load(_folder["fp32"]);
        Assert.AreEqual(made.CheckpointSha256, ModelIdentity.Fingerprint(made));
        Assert.AreEqual(made.CheckpointSha256, SiteCut.Load(_folder["plain"]).Fingerprint(), "a folder without sockets says it too");
        Assert.AreNotEqual(made.WeightsSha256, SocketManifestFile.Load(_folder["int4"]).WeightsSha256);
        var sae = SparseAutoencoder.Create(SaeReference.Random(SaeArchitecture.TopK, 5, made.HiddenSize) with { ModelName = made.ModelName, HookName = "blocks.1.hook_resid_post", ModelSha256 = ModelIdentity.Fingerprint(made) });
        foreach (var import in (string[])["fp32", "int4", "socketed"])
        {
            Assert.AreEqual("resid_post.1", SaeModelMatch.Check(sae, SocketManifestFile.Load(_folder[import])), import);
        }

        SiteCut.Load(_folder["plain"]).Check("it", sae.ModelSha256!);
        var other = SocketManifestFile.Load(_folder["another"]);
        Refusal.Of(() => SaeModelMatch.Check(sae, other), made.CheckpointSha256!, other.CheckpointSha256!, "--allow-other-model", "AllowOtherModel");
        Refusal.Of(() => SiteCut.Load(_folder["another"]).Check("it", sae.ModelSha256!), "--allow-other-model");
        Assert.AreEqual("resid_post.1", SaeModelMatch.Check(sae, other, allowOtherModel: true));
    }

    /// <summary>Folders and autoencoders of earlier versions know the weights alone: they match as they did.</summary>
    [TestMethod]
    public void WithoutACheckpoint_TheWeightsDecide()
    {
        Import(TinyCheckpoint.Write(_folder["tiny"]), "model", WeightPrecision.Float32, SiteSelection.All);
        var manifest = SocketManifestFile.Load(_folder["model"]);
        SocketManifestFile.Save(_folder["model"], manifest with { CheckpointSha256 = null });
        Assert.DoesNotContain("checkpoint", File.ReadAllText(_folder["model", SocketManifest.FileName]), StringComparison.OrdinalIgnoreCase);
        var old = SocketManifestFile.Load(_folder["model"]);
        Assert.AreEqual(manifest.WeightsSha256, ModelIdentity.Fingerprint(old));
        ModelIdentity.Check("an older SAE", null, manifest.WeightsSha256, manifest);
        ModelIdentity.Check("an older SAE", null, manifest.WeightsSha256, old);
        Refusal.Of(() => ModelIdentity.Check("a newer SAE", null, manifest.CheckpointSha256, old), "import the checkpoint again", "--allow-other-model");
    }

    /// <summary>The same values in another file format, under another storage type, with a tied head written out.</summary>
    [TestMethod]
    public void TheFileFormat_DoesNotCount_AndOneValueDoes()
    {
        var gguf = _folder.Write("m.gguf", new GgufBytes()
            .Pair("general.architecture", "llama").Pair("general.name", "mini")
            .Pair("llama.block_count", 1u).Pair("llama.context_length", 64u).Pair("llama.embedding_length", 8u).Pair("llama.feed_forward_length", 8u)
            .Pair("llama.attention.head_count", 2u).Pair("llama.attention.head_count_kv", 2u).Pair("llama.attention.layer_norm_rms_epsilon", 1e-5f).Pair("llama.vocab_size", 3u)
            .Tensor("token_embd.weight", [8, 3], 0, Of(Values(24))).Tensor("output_norm.weight", [8], 0, Of(Values(8))).Tensor("blk.0.attn_q.weight", [8, 8], 0, Of(Values(64))).Build());
        using var first = Checkpoint.Open(gguf);
        var expected = CheckpointFingerprint.Of(first, CancellationToken.None);

        using (var same = Checkpoint.Open(HuggingFace("same", first, TensorElementType.BFloat16, change: 0)))
        {
            Assert.AreEqual(expected, CheckpointFingerprint.Of(same, CancellationToken.None));
        }

        using var other = Checkpoint.Open(HuggingFace("other", first, TensorElementType.Float32, change: 1));
        Assert.AreNotEqual(expected, CheckpointFingerprint.Of(other, CancellationToken.None));
    }

    // Small whole numbers are the same in every floating-point type.
    private static float[] Values(int count) => [.. Enumerable.Range(0, count).Select(index => (float)((index % 23) - 11))];

    private string HuggingFace(string name, ICheckpoint source, TensorElementType type, float change)
    {
        var tensors = source.TensorNames.Select(tensor =>
        {
            var description = source.Describe(tensor);
            var values = new float[description.Count];
            source.ReadFloat32(tensor, values);
            values[^1] += change;
            return (tensor, description.Shape, values);
        }).ToList();
        var embedding = tensors.Single(tensor => tensor.tensor == "model.embed_tokens.weight");
        tensors.Add(("lm_head.weight", embedding.Shape, embedding.values));
        var folder = Directory.CreateDirectory(_folder[name]).FullName;
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), [.. tensors.Select(tensor => Stored(tensor.tensor, tensor.Shape, tensor.values, type))]);
        File.WriteAllText(Path.Combine(folder, "config.json"), JsonSerializer.Serialize(new
        {
            architectures = new[] { "LlamaForCausalLM" },
            model_type = "llama",
            hidden_size = 8,
            intermediate_size = 8,
            num_hidden_layers = 1,
            num_attention_heads = 2,
            num_key_value_heads = 2,
            vocab_size = 3,
            max_position_embeddings = 64,
            rms_norm_eps = 1e-5,
            hidden_act = "silu",
            tie_word_embeddings = true,
        }));
        return folder;
    }

    private static TensorData Stored(string name, IReadOnlyList<long> shape, float[] values, TensorElementType type) => type == TensorElementType.Float32
        ? TensorData.FromFloat32(name, shape, values)
        : TensorData.FromBytes(name, type, shape, System.Runtime.InteropServices.MemoryMarshal.AsBytes(Array.ConvertAll(values, value => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16)).AsSpan()).ToArray());

    private void Import(string checkpoint, string name, WeightPrecision precision, SiteSelection? sites) =>
        ModelImporter.Import(checkpoint, _folder[name], new ImportOptions { Precision = precision, Sites = sites }, progress: null, CancellationToken.None);
}
