using System.Text.Json;
using Steering.Export.Onnx;
using Steering.Export.Saes;
using Steering.Saes;
using Steering.Tests.Sdk.Saes;

namespace Steering.Tests.Export.Saes;

/// <summary>The files of an export: structure, metadata, where weights lie, and what is refused.</summary>
[TestClass]
public sealed class SaeOnnxFolderTests
{
    [TestMethod]
    [DynamicData(nameof(Forms))]
    public void Graphs_AreStandardOnnx(SaeParameters parameters, SaeOnnxOptions options)
    {
        using var temporary = new TemporaryFolder();
        foreach (var file in SaeOnnxWriter.Write(temporary["out"], SparseAutoencoder.Create(SaeParameterComparison.Copy(parameters)), options))
        {
            OnnxStructure.Check(OnnxModelFile.Load(file.Path), $"{parameters.Source}, {Path.GetFileName(file.Path)}");
        }
    }

    [TestMethod]
    public void Metadata_SaysWhatItIsAndWhereItBelongs_InsideAndBeside()
    {
        using var temporary = new TemporaryFolder();
        var summary = new SaeTrainingSummary { Kind = "batchtopk", Tool = "a test", Tokens = 614400, Fvu = 0.15, Dataset = "Texte über Äpfel" };
        var sae = SparseAutoencoder.Create(SaeReference.Random(SaeArchitecture.JumpRelu, 5) with { ModelName = "tiny", HookName = "blocks.3.hook_resid_post", ModelSha256 = new string('a', 64), Training = summary, Normalisation = InputNormalisation.LayerNorm });
        SaeOnnxWriter.Write(temporary["out"], sae);
        using var session = new SaeOnnxSession(temporary["out"]);
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(temporary["out", SaeOnnxNames.ManifestFile]));
        foreach (var graph in new[] { SaeOnnxGraphs.Encode, SaeOnnxGraphs.Decode, SaeOnnxGraphs.Edit })
        {
            var name = graph.ToString().ToLowerInvariant();
            var metadata = session[graph].ModelMetadata.CustomMetadataMap;
            var thresholds = metadata["steering.threshold"].Split(" to ").Select(text => float.Parse(text, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
            Assert.AreSequenceEqual(new[] { sae.Threshold.ToArray().Min(), sae.Threshold.ToArray().Max() }, thresholds);
            var expected = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["format"] = "steering.sae-onnx",
                ["format_version"] = "1",
                ["graph"] = name,
                ["kind"] = "jumprelu",
                ["d_in"] = "40",
                ["d_sae"] = "96",
                ["threshold"] = metadata["steering.threshold"],
                ["normalisation"] = "layer_norm",
                ["activations"] = "dense",
                ["weights"] = "fp32",
                ["site"] = "resid_post.3",
                ["hook_name"] = "blocks.3.hook_resid_post",
                ["model_name"] = "tiny",
                ["model_sha256"] = new string('a', 64),
                ["sae_sha256"] = sae.Fingerprint,
                ["training"] = summary.ToJson(),
            };
            CollectionAssert.AreEquivalent(expected.Select(pair => ("steering." + pair.Key, pair.Value)).ToArray(), metadata.Select(pair => (pair.Key, pair.Value)).ToArray());

            // The manifest repeats the metadata, and says of each graph what the graph says itself.
            foreach (var (key, value) in expected.Where(pair => pair.Key is not ("graph" or "training")))
            {
                Assert.AreEqual(value, manifest.RootElement.GetProperty(key).ToString(), key);
            }

            Assert.AreEqual("batchtopk", manifest.RootElement.GetProperty("training").GetProperty("kind").GetString());
            var described = manifest.RootElement.GetProperty("graphs").GetProperty(name);
            Assert.AreEqual(SaeOnnxNames.FileOf(graph), described.GetProperty("file").GetString());
            CollectionAssert.AreEqual(session[graph].InputMetadata.Select(pair => (pair.Key, pair.Value.Dimensions.Length)).ToArray(), Described(described.GetProperty("inputs")));
            CollectionAssert.AreEqual(session[graph].OutputMetadata.Select(pair => (pair.Key, pair.Value.Dimensions.Length)).ToArray(), Described(described.GetProperty("outputs")));
        }
    }

    [TestMethod]
    [DataRow(SaeOnnxPrecision.Float32)]
    [DataRow(SaeOnnxPrecision.Float16)]
    public void LargeWeights_LieInAFileBeside_AndComputeTheSame(SaeOnnxPrecision precision)
    {
        using var temporary = new TemporaryFolder();
        var sae = SparseAutoencoder.Create(SaeReference.Random(SaeArchitecture.TopK, 6));
        var options = new SaeOnnxOptions { Precision = precision };
        var inside = SaeOnnxWriter.Write(temporary["inside"], sae, options);
        var beside = SaeOnnxWriter.Write(temporary["beside"], sae, options with { ExternalFrom = 0 });
        Assert.IsEmpty(Directory.GetFiles(temporary["inside"], "*.data"));
        Assert.HasCount(3, Directory.GetFiles(temporary["beside"], "*.onnx.data"));
        foreach (var file in inside.Concat(beside))
        {
            Assert.IsGreaterThan(40L * 96 * (precision == SaeOnnxPrecision.Float16 ? 2 : 4), file.Length, file.Path);
            Assert.AreEqual(file.Length, new FileInfo(file.Path).Length + (File.Exists(file.Path + ".data") ? new FileInfo(file.Path + ".data").Length : 0));
        }

        using var one = new SaeOnnxSession(temporary["inside"]);
        using var other = new SaeOnnxSession(temporary["beside"]);
        var x = Numbers.Normal(7, 5 * sae.HiddenSize, 2);
        var (first, second) = (one.Encode(sae, x), other.Encode(sae, x));
        CollectionAssert.AreEqual(first.Activations, second.Activations);
        CollectionAssert.AreEqual(one.Decode(sae, first.Outputs, 5), other.Decode(sae, second.Outputs, 5));
        CollectionAssert.AreEqual(one.Edit(sae, x, SaeOnnxEdit.Mixed(1, 2, 3)).Edited, other.Edit(sae, x, SaeOnnxEdit.Mixed(1, 2, 3)).Edited);
    }

    [TestMethod]
    public void Write_Twice_GivesTheSameBytes()
    {
        using var temporary = new TemporaryFolder();
        foreach (var name in (string[])["one", "two"])
        {
            SaeOnnxWriter.Write(temporary[name], SparseAutoencoder.Create(SaeReference.Random(SaeArchitecture.Gated, 8)));
        }

        foreach (var path in Directory.GetFiles(temporary["one"]))
        {
            CollectionAssert.AreEqual(File.ReadAllBytes(path), File.ReadAllBytes(temporary["two", Path.GetFileName(path)]), path);
        }
    }

    [TestMethod]
    public void Write_OverAnotherFolder_ReplacesOnlyAnExportAndOnlyWhenAsked()
    {
        using var temporary = new TemporaryFolder();
        var sae = SparseAutoencoder.Create(SaeReference.Random(SaeArchitecture.Standard, 9));
        SaeOnnxWriter.Write(temporary["out"], sae);
        Refusal.Of(() => SaeOnnxWriter.Write(temporary["out"], sae), "exists and is not empty");
        SaeOnnxWriter.Write(temporary["out"], sae, new SaeOnnxOptions { Overwrite = true, Graphs = SaeOnnxGraphs.Decode });
        Assert.AreSequenceEqual(new[] { "decode.onnx", "sae.json" }, Directory.GetFiles(temporary["out"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));

        Directory.CreateDirectory(temporary["other"]);
        temporary.Write(Path.Combine("other", "letter.txt"), "keep me"u8);
        Refusal.Of(() => SaeOnnxWriter.Write(temporary["other"], sae, new SaeOnnxOptions { Overwrite = true }), "something other than exported graphs");
        Assert.IsTrue(File.Exists(temporary["other", "letter.txt"]));
    }

    [TestMethod]
    public void Write_OfWhatCannotBe_IsRefusedAndLeavesNothing()
    {
        using var temporary = new TemporaryFolder();
        var sae = SparseAutoencoder.Create(SaeReference.Random(SaeArchitecture.TopK, 10));
        Refusal.Of(() => SaeOnnxWriter.Write(temporary["out.onnx"], sae), "looks like a file");
        Refusal.Of(() => SaeOnnxWriter.Write(temporary["out"], sae, new SaeOnnxOptions { Graphs = SaeOnnxGraphs.None }), "names no graph");
        Refusal.Of(() => SaeOnnxWriter.Write(temporary["out"], sae, new SaeOnnxOptions { Graphs = (SaeOnnxGraphs)8 }), "names no graph");
        Refusal.Of(() => SaeOnnxWriter.Write(temporary["out"], sae, new SaeOnnxOptions { Precision = (SaeOnnxPrecision)7 }), "no precision '7'");
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsExactly<OperationCanceledException>(() => SaeOnnxWriter.Write(temporary["out"], sae, cancellationToken: cancelled.Token));
        Assert.IsEmpty(Directory.GetFileSystemEntries(temporary.Path));
    }

    [TestMethod]
    [DataRow(1e6f)]
    [DataRow(1e-7f)]
    public void HalfPrecision_OfWeightsItCannotHold_IsRefused(float size)
    {
        using var temporary = new TemporaryFolder();
        var plain = SaeReference.Random(SaeArchitecture.Standard, 11);
        var sae = SparseAutoencoder.Create(plain with { Encoder = Array.ConvertAll(plain.Encoder, value => value * size) });
        Refusal.Of(() => SaeOnnxWriter.Write(temporary["out"], sae, new SaeOnnxOptions { Precision = SaeOnnxPrecision.Float16 }), "encoder", "fp16", "fp32 instead");
        Assert.IsEmpty(Directory.GetFileSystemEntries(temporary.Path));
        SaeOnnxWriter.Write(temporary["out"], sae);
    }

    [TestMethod]
    public void Progress_RisesToOne()
    {
        using var temporary = new TemporaryFolder();
        var shares = new List<double>();
        SaeOnnxWriter.Write(temporary["out"], SparseAutoencoder.Create(SaeReference.Random(SaeArchitecture.TopK, 12)), progress: new Listed(shares));
        Assert.HasCount(4, shares); // A matrix of encode, one of decode, two of edit.
        Assert.AreSequenceEqual(shares.Order(), shares);
        Assert.AreEqual(1, shares[^1]);
    }

    private static IEnumerable<object[]> Forms()
    {
        foreach (var architecture in Enum.GetValues<SaeArchitecture>())
        {
            foreach (var normalisation in Enum.GetValues<InputNormalisation>())
            {
                var parameters = SaeReference.Random(architecture, 30) with { Normalisation = normalisation };
                yield return [parameters, new SaeOnnxOptions()];
                yield return [parameters, new SaeOnnxOptions { Dense = true, Precision = SaeOnnxPrecision.Float16 }];
            }

            yield return [SaeReference.Random(architecture, 31) with { ResidualThreshold = architecture == SaeArchitecture.MatchingPursuit ? 1 : 0, K = architecture is SaeArchitecture.TopK or SaeArchitecture.AbsTopK ? 96 : 0 }, new SaeOnnxOptions { ExternalFrom = 0 }];
        }
    }

    private static (string Name, int Dimensions)[] Described(JsonElement values) =>
        [.. values.EnumerateObject().Select(value => (value.Name, value.Value.GetProperty("shape").GetArrayLength()))];

    private sealed class Listed(List<double> values) : IProgress<double>
    {
        public void Report(double value) => values.Add(value);
    }
}
