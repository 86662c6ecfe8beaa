using Steering.Export;
using Steering.Export.Checkpoints;
using Steering.Models;
using Steering.Tensors;
using Steering.Training.Llama;
using static TorchSharp.torch;

namespace Steering.Tests.Training.Llama;

[TestClass]
public sealed class LlamaModelTests
{
    [TestMethod]
    public void Forward_GivesTheReferenceLogitsAndResiduals()
    {
        var folder = OracleFolder.Require("architectures", "llama");
        using var oracle = SafetensorsFile.Open(Path.Combine(folder, "oracle.safetensors"));
        using var checkpoint = Checkpoint.Open(folder);
        using var model = LlamaModel.Load(checkpoint);
        for (var sequence = 0; oracle.Contains($"{sequence}.ids"); sequence++)
        {
            using var scope = NewDisposeScope();
            var read = oracle.ReadInt64($"{sequence}.ids");
            var ids = tensor(read, [1, read.Length]);
            Close(oracle.ReadFloat32($"{sequence}.logits"), model.Forward(ids), 5e-5f, $"logits of sequence {sequence}");
            for (var block = 0; block < model.Settings.BlockCount; block++)
            {
                Close(oracle.ReadFloat32($"{sequence}.resid_post.{block}"), model.Residual(ids, block + 1), 5e-5f, $"block {block}");
            }
        }

        Assert.IsTrue(oracle.Contains("0.ids"), "the oracle holds no sequence");
    }

    [TestMethod]
    public void Import_OfAWrittenFolder_GivesTheSameLogits()
    {
        using var folder = new TemporaryFolder();
        using var model = LlamaModel.Create(TinyLlama.Settings, seed: 5);
        Directory.CreateDirectory(folder["checkpoint"]);
        LlamaFolder.Write(model, folder["checkpoint"], halfPrecision: false, beginToken: 1, endToken: 2, padToken: 0);
        ModelImporter.Import(folder["checkpoint"], folder["model"], new ImportOptions(), progress: null, CancellationToken.None);
        int[] ids = [1, 30, 7, 44, 2, 9, 9, 61];
        using var pass = ForwardPass.Load(folder["model"]);
        using var scope = NewDisposeScope();
        Close(pass.Run(ids).Logits, model.Forward(tensor(ids, [1, ids.Length]).to(ScalarType.Int64)), 1e-4f, "logits");
    }

    [TestMethod]
    public void Write_InHalfPrecision_RoundsToTheNearest()
    {
        using var folder = new TemporaryFolder();
        using var model = LlamaModel.Create(TinyLlama.Settings, seed: 5);
        LlamaFolder.Write(model, folder.Path, halfPrecision: true, beginToken: null, endToken: 2, padToken: 0);
        using var checkpoint = Checkpoint.Open(folder.Path);
        using var read = LlamaModel.Load(checkpoint);
        Assert.AreEqual("Float16", checkpoint.Describe("model.norm.weight").Storage);
        foreach (var ((name, written), (_, value)) in model.Named.Zip(read.Named))
        {
            float[] expected = [.. written.data<float>().ToArray().Select(number => (float)(Half)number)];
            Assert.AreSequenceEqual(expected, value.data<float>().ToArray(), name);
        }
    }

    [TestMethod]
    public void ResidualAndLogits_AtAnyBlock_MakeTheWhole()
    {
        using var model = LlamaModel.Create(TinyLlama.Settings, seed: 6);
        using var scope = NewDisposeScope();
        var ids = tensor(new long[] { 3, 1, 4, 1, 5, 9, 2, 6 }, [2, 4]);
        var whole = model.Forward(ids).data<float>().ToArray();
        for (var blocks = 0; blocks <= model.Settings.BlockCount; blocks++)
        {
            Close(whole, model.Logits(model.Residual(ids, blocks), blocks), 1e-6f, $"cut after {blocks} blocks");
        }
    }

    [TestMethod]
    public void Forward_DoesNotSeeLaterTokens()
    {
        using var model = LlamaModel.Create(TinyLlama.Settings, seed: 7);
        using var scope = NewDisposeScope();
        var one = model.Forward(tensor(new long[] { 3, 1, 4, 1 }, [1, 4])).narrow(1, 0, 3);
        var other = model.Forward(tensor(new long[] { 3, 1, 4, 9 }, [1, 4])).narrow(1, 0, 3);
        Close(one.contiguous().data<float>().ToArray(), other.contiguous(), 1e-6f, "the first three positions");
    }

    [TestMethod]
    public void Refusals_SayWhatWasGiven()
    {
        using var folder = new TemporaryFolder();
        using var model = LlamaModel.Create(TinyLlama.Settings, seed: 8);
        using var scope = NewDisposeScope();
        Refusal.Of(() => model.Forward(zeros([1, 33], ScalarType.Int64)), "[1, 33]", "at most 32");
        Refusal.Of(() => LlamaModel.Create(TinyLlama.Settings with { KeyValueHeadCount = 3 }, 0), "4 heads", "3 key and value heads");
        Refusal.Of(() => LlamaModel.Create(TinyLlama.Settings with { HeadSize = 7 }, 0), "HeadSize", "7", "even");
        LlamaFolder.Write(model, folder.Path, halfPrecision: false, beginToken: 1, endToken: 2, padToken: 0);
        var config = File.ReadAllText(folder["config.json"]);
        File.WriteAllText(folder["config.json"], config.Replace("\"intermediate_size\": 40", "\"intermediate_size\": 41", StringComparison.Ordinal));
        using var wrong = Checkpoint.Open(folder.Path);
        Refusal.Of(() => LlamaModel.Load(wrong), "mlp.gate_proj", "[40, 16]", "[41, 16]");
        File.WriteAllText(folder["config.json"], config.Replace("\"mlp_bias\": false", "\"mlp_bias\": true", StringComparison.Ordinal));
        using var biased = Checkpoint.Open(folder.Path);
        Refusal.Of(() => LlamaModel.Load(biased), "biases", "plain Llama");
    }

    private static void Close(ReadOnlySpan<float> expected, Tensor actual, float tolerance, string what)
    {
        var found = actual.contiguous().data<float>().ToArray();
        Assert.HasCount(expected.Length, found, what);
        for (var i = 0; i < found.Length; i++)
        {
            Assert.AreEqual(expected[i], found[i], tolerance, $"{what}, number {i}");
        }
    }
}
