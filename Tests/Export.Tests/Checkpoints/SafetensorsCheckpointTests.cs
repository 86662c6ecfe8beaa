using Steering.Export.Checkpoints;
using Steering.Tensors;

namespace Steering.Tests.Export.Checkpoints;

[TestClass]
public sealed class SafetensorsCheckpointTests
{
    [TestMethod]
    public void Open_EveryArchitecture_GivesEveryTensorAsStored()
    {
        foreach (var folder in OracleFolder.Cases("config.json", "architectures"))
        {
            using var checkpoint = Checkpoint.Open(folder);
            using var file = SafetensorsFile.Open(Path.Combine(folder, "model.safetensors"));
            CollectionAssert.AreEquivalent(file.Names.ToArray(), checkpoint.TensorNames.ToArray(), folder);
            foreach (var name in file.Names)
            {
                var info = file.Describe(name);
                var tensor = checkpoint.Describe(name);
                var expected = file.ReadFloat32(name);
                var actual = new float[tensor.Count];
                checkpoint.ReadFloat32(name, actual);
                Assert.AreEqual("Float32", tensor.Storage);
                Assert.IsTrue(checkpoint.ReadBlocks(name).IsEmpty);
                if (IsConvolution(name))
                {
                    // gpt2 alone stores [in, out].
                    CollectionAssert.AreEqual(info.Shape.Reverse().ToArray(), tensor.Shape.ToArray(), name);
                    var (inputs, outputs) = ((int)info.Shape[0], (int)info.Shape[1]);
                    for (var i = 0; i < expected.Length; i++)
                    {
                        Assert.AreEqual(expected[i], actual[(i % outputs * inputs) + (i / outputs)], name);
                    }
                }
                else
                {
                    CollectionAssert.AreEqual(info.Shape.ToArray(), tensor.Shape.ToArray(), name);
                    CollectionAssert.AreEqual(expected, actual, name);
                }
            }
        }
    }

    [TestMethod]
    public void Open_RealModel_NamesItsTokenizer()
    {
        var folder = OracleFolder.RequireModel("tinystories-656k");
        using var checkpoint = SafetensorsCheckpoint.Open(folder);
        CollectionAssert.AreEqual(
            new[] { "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json" },
            checkpoint.TokenizerFiles.Select(Path.GetFileName).ToArray());
        Assert.AreEqual("tinystories-656k", checkpoint.Config.ModelName);
        Assert.AreEqual(16, checkpoint.Config.HeadSize);
        Assert.IsTrue(checkpoint.Config.TiedEmbeddings);
    }

    [TestMethod]
    public void Open_Shards_ReadsEachTensorFromItsOwn()
    {
        using var folder = new TemporaryFolder();
        WriteShards(folder, """{"metadata":{"total_size":64},"weight_map":{"model.a":"s1.safetensors","model.b":"sub/s2.safetensors"}}""");
        Refusal.Of(() => Checkpoint.Open(folder["s1.safetensors"]), "is one shard of several; open its folder instead");
        using var checkpoint = Checkpoint.Open(folder.Path);
        CollectionAssert.AreEquivalent(new[] { "model.a", "model.b" }, checkpoint.TensorNames.ToArray());
        var values = new float[8];
        checkpoint.ReadFloat32("model.b", values);
        Assert.AreEqual(8, values[7]);
    }

    [TestMethod]
    [DataRow("""{"weight_map":{"model.a":"s1.safetensors","model.b":"../s2.safetensors"}}""", "contains '..'")]
    [DataRow("""{"weight_map":{"model.a":"s1.safetensors","model.b":"/etc/passwd"}}""", "is not a plain relative path")]
    [DataRow("""{"weight_map":{"model.a":"s1.safetensors","model.b":"s3.safetensors"}}""", "s3.safetensors does not exist")]
    [DataRow("""{"weight_map":{"model.a":"s1.safetensors","model.b":"s1.safetensors"}}""", "places tensor 'model.b' in 's1.safetensors', which does not hold it")]
    [DataRow("""{"weight_map":{"model.a":"s1.safetensors","model.a":"s1.safetensors"}}""", "is not valid JSON")]
    [DataRow("""{"weight_map":{"model.a":1}}""", "has 'weight_map.model.a' = 1; a string was expected")]
    [DataRow("""{"weight_map":["model.a"]}""", "has 'weight_map' = [\"model.a\"]; an object was expected")]
    [DataRow("""{"metadata":{}}""", "lacks the required key 'weight_map'")]
    [DataRow("""{"weight_map":{},"extra":1}""", "has the key 'extra'")]
    [DataRow("[]", "holds a JSON Array; an object was expected")]
    [DataRow("{", "is not valid JSON")]
    [DataRow("""{"weight_map":{"model.a":"\ud800"}}""", "is not valid JSON")]
    public void Open_WrongIndex_Refuses(string index, string message)
    {
        using var folder = new TemporaryFolder();
        WriteShards(folder, index);
        Refusal.Of(() => Checkpoint.Open(folder.Path), message);
    }

    [TestMethod]
    public void Open_ShardWithATensorThatTheIndexDoesNotPlace_Refuses()
    {
        using var folder = new TemporaryFolder();
        WriteShards(folder, """{"weight_map":{"model.b":"sub/s2.safetensors"}}""");
        SafetensorsWriter.Write(folder["sub", "s2.safetensors"], [CheckpointFolder.Tensor("model.b"), CheckpointFolder.Tensor("model.c")]);
        Refusal.Of(() => Checkpoint.Open(folder.Path), "'sub/s2.safetensors' holds tensor 'model.c', which", "does not place there");
    }

    [TestMethod]
    public void Open_DownloadCache_FollowsItsLinksAndTakesItsName()
    {
        using var root = new TemporaryFolder();
        var snapshot = root["models--owner--name", "snapshots", "abc"];
        Directory.CreateDirectory(snapshot);
        Directory.CreateDirectory(root["models--owner--name", "blobs"]);
        SafetensorsWriter.Write(root["models--owner--name", "blobs", "1"], [CheckpointFolder.Tensor("model.norm.weight")]);
        File.WriteAllText(Path.Combine(snapshot, "config.json"), CheckpointFolder.Llama);
        File.CreateSymbolicLink(Path.Combine(snapshot, "model.safetensors"), "../../blobs/1");
        using var checkpoint = Checkpoint.Open(snapshot);
        Assert.AreEqual("owner/name", checkpoint.Config.ModelName);
        Assert.HasCount(1, checkpoint.TensorNames);
    }

    [TestMethod]
    public void Open_LinkOutOfTheFolder_Refuses()
    {
        using var root = new TemporaryFolder();
        Directory.CreateDirectory(root["model"]);
        SafetensorsWriter.Write(root["elsewhere"], [CheckpointFolder.Tensor("model.norm.weight")]);
        File.WriteAllText(root["model", "config.json"], CheckpointFolder.Llama);
        File.CreateSymbolicLink(root["model", "model.safetensors"], "../elsewhere");
        Refusal.Of(() => Checkpoint.Open(root["model"]), "leads to", "outside the folder");
    }

    [TestMethod]
    public void Open_SingleFile_TakesTheConfigurationBesideIt()
    {
        using var folder = new TemporaryFolder();
        CheckpointFolder.Write(folder, CheckpointFolder.Llama);
        using var checkpoint = Checkpoint.Open(folder["model.safetensors"]);
        Assert.AreEqual("llama", checkpoint.Config.ModelType);
        Refusal.Of(() => checkpoint.Describe("model.norm.wieght"), "the nearest of its 1 names: 'model.norm.weight'");
    }

    [TestMethod]
    public void Open_NamesWithoutPrefix_GetIt()
    {
        using var folder = new TemporaryFolder();
        const string Config = """{"model_type":"gpt2","n_embd":8,"n_head":2,"n_layer":1,"vocab_size":10,"n_positions":32,"layer_norm_epsilon":1e-5,"activation_function":"gelu_new"}""";
        CheckpointFolder.Write(folder, Config, "h.0.ln_1.weight");
        using (var checkpoint = Checkpoint.Open(folder.Path))
        {
            CollectionAssert.AreEqual(new[] { "transformer.h.0.ln_1.weight" }, checkpoint.TensorNames.ToArray());
        }

        SafetensorsWriter.Write(folder["model.safetensors"], [CheckpointFolder.Tensor("ln_f.weight"), CheckpointFolder.Tensor("transformer.ln_f.weight")]);
        Refusal.Of(() => Checkpoint.Open(folder.Path), "holds tensor 'transformer.ln_f.weight' twice");
    }

    private static bool IsConvolution(string name) =>
        name.StartsWith("transformer.h.", StringComparison.Ordinal) && name.EndsWith(".weight", StringComparison.Ordinal)
        && (name.Contains(".c_", StringComparison.Ordinal));

    private static void WriteShards(TemporaryFolder folder, string index)
    {
        Directory.CreateDirectory(folder["sub"]);
        File.WriteAllText(folder["config.json"], CheckpointFolder.Llama);
        File.WriteAllText(folder["model.safetensors.index.json"], index);
        SafetensorsWriter.Write(folder["s1.safetensors"], [CheckpointFolder.Tensor("model.a")]);
        SafetensorsWriter.Write(folder["sub", "s2.safetensors"], [CheckpointFolder.Tensor("model.b")]);
    }
}
