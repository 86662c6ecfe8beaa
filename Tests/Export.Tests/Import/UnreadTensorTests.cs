using System.Text.Json.Nodes;
using Steering.Export;
using Steering.Tensors;

namespace Steering.Tests.Export.Import;

/// <summary>Every tensor of a checkpoint is used, or known to change nothing, or the checkpoint is refused.</summary>
[TestClass]
public sealed class UnreadTensorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow("model.layers.0.self_attn.q_proj.lora_A.default.weight", "merge it into the weights first")]
    [DataRow("model.layers.7.input_layernorm.weight", "blocks beyond num_hidden_layers")]
    [DataRow("score.weight", "another task")]
    public void ATensorThatNobodyReads_IsRefused(string name, string cure) =>
        Refusal.Of(() => Import(Checkpoint(tensors => [.. tensors, Extra(name)])), name, "would be ignored", cure);

    [TestMethod]
    public void WhatChangesNothing_IsPassedOver() =>
        Assert.IsEmpty(Import(Checkpoint(tensors => [.. tensors, Extra("model.layers.0.self_attn.rotary_emb.inv_freq")])));

    [TestMethod]
    public void ABiasThatTheConfigurationDenies_IsLeftOutAndSaid()
    {
        var plain = Graph(Checkpoint(tensors => tensors));
        var source = Checkpoint(tensors => [.. tensors, Extra("model.layers.0.self_attn.o_proj.bias")]);
        Assert.Contains("model.layers.0.self_attn.o_proj.bias", Assert.ContainsSingle(Import(source)));
        Assert.AreSequenceEqual(plain, Graph(source));
    }

    [TestMethod]
    public void ABiasThatTheConfigurationPromises_MustBeThere() =>
        Refusal.Of(() => Import(Checkpoint(tensors => tensors, config => config["attention_bias"] = true)), "no tensor 'model.layers.0.self_attn");

    [TestMethod]
    public void AHeadThatIsMissing_IsNotTheEmbedding() =>
        Refusal.Of(() => Import(Checkpoint(tensors => [.. tensors.Where(tensor => tensor.Info.Name != "lm_head.weight")], config => config["tie_word_embeddings"] = false)), "lm_head.weight", "tie_word_embeddings");

    /// <summary>rope_scaling was added by hand to what transformers 5 wrote.</summary>
    [TestMethod]
    public void RopeScaling_BesideRopeParameters_Counts()
    {
        JsonNode Linear() => JsonNode.Parse("""{ "rope_type": "linear", "factor": 4.0 }""")!;
        var alone = Graph(Checkpoint(tensors => tensors, config => config["rope_scaling"] = Linear()));
        var beside = Graph(Checkpoint(tensors => tensors, config =>
        {
            config["rope_scaling"] = Linear();
            config["rope_parameters"] = JsonNode.Parse("""{ "rope_type": "default" }""");
        }));
        Assert.AreSequenceEqual(alone, beside);
        Assert.IsNotEmpty(alone);
        Assert.IsFalse(alone.AsSpan().SequenceEqual(Graph(Checkpoint(tensors => tensors))));
        Refusal.Of(
            () => Import(Checkpoint(tensors => tensors, config =>
            {
                config["rope_scaling"] = Linear();
                config["rope_parameters"] = JsonNode.Parse("""{ "rope_type": "yarn", "factor": 2.0 }""");
            })),
            "rope_scaling",
            "keep one of the two");
    }

    private static TensorData Extra(string name) => TensorData.FromFloat32(name, [4], new float[] { 1, 2, 3, 4 });

    private string Checkpoint(Func<TensorData[], TensorData[]> tensors, Action<JsonObject>? change = null)
    {
        var source = TinyCheckpoint.Write(_folder[Guid.NewGuid().ToString("N")]);
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(source, "config.json")))!.AsObject();
        change?.Invoke(config);
        File.WriteAllText(Path.Combine(source, "config.json"), config.ToJsonString());
        var weights = Path.Combine(source, "model.safetensors");
        TensorData[] read;
        using (var file = SafetensorsFile.Open(weights))
        {
            read = [.. file.Names.Select(name => TensorData.FromFloat32(name, [.. file.Describe(name).Shape], file.ReadFloat32(name)))];
        }

        File.Delete(weights);
        SafetensorsWriter.Write(weights, tensors(read));
        return source;
    }

    /// <summary>Imports, and gives what was said.</summary>
    private static string[] Import(string source)
    {
        var said = new List<string>();
        ModelImporter.Import(source, source + "-model", new ImportOptions(), new Warnings(said), CancellationToken.None);
        return [.. said];
    }

    /// <summary>The weights of the imported graph.</summary>
    private static byte[] Graph(string source)
    {
        if (!Directory.Exists(source + "-model"))
        {
            Import(source);
        }

        return File.ReadAllBytes(Path.Combine(source + "-model", ModelImporter.ModelFile + ".data"));
    }

    private sealed class Warnings(List<string> said) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value)
        {
            if (value.Warning is { } warning && !warning.Contains("tokenizer.json", StringComparison.Ordinal))
            {
                said.Add(warning);
            }
        }
    }
}
