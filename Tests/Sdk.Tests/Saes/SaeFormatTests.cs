using System.Text.Json.Nodes;
using Steering.Catalogues;
using Steering.Saes;
using Steering.Saes.Formats;
using Steering.Tensors;

namespace Steering.Tests.Sdk.Saes;

/// <summary>Layouts are recognised by their files; each computes what its trainer's definition says. Tolerance: 1e-5 of the largest expected magnitude.</summary>
[TestClass]
public sealed class SaeFormatTests
{
    private const double Tolerance = 1e-5;
    private const int Tokens = 16;

    [TestMethod]
    public void Detect_OfEveryOracleFolder_NamesItsLayout()
    {
        foreach (var folder in OracleFolder.Cases("oracle.safetensors", "sae-formats"))
        {
            var name = SaeFolder.NameOf(SaeFolder.Detect(folder)).Replace(' ', '_').ToUpperInvariant();
            Assert.StartsWith(name, Path.GetFileName(folder).ToUpperInvariant());
        }
    }

    [TestMethod]
    [DynamicData(nameof(Layouts))]
    public void Load_OfEveryLayout_ComputesTheDefinition(string layout, SaeParameters parameters)
    {
        using var temporary = new TemporaryFolder();
        var path = SaeLayouts.Write(layout, parameters, temporary);
        var loaded = SaeFolder.Load(path);
        var reference = new SaeReference(parameters);
        var x = Numbers.Normal(70, Tokens * parameters.HiddenSize, 2);
        var expected = new List<float>();
        var expectedOutput = new List<float>();
        foreach (var token in x.Chunk(parameters.HiddenSize))
        {
            var encoded = reference.Encode(token);
            expected.AddRange(encoded.Select(value => (float)value));
            expectedOutput.AddRange(reference.Decode(encoded, token).Select(value => (float)value));
        }

        var actual = new float[expected.Count];
        var output = new float[x.Length];
        loaded.Encode(x, Tokens, actual);
        loaded.Decode(actual, x, Tokens, output);
        Assert.IsGreaterThan(Tokens, expected.Count(value => value != 0));
        Assert.IsLessThanOrEqualTo(Tolerance, Numbers.RelativeError(expected.ToArray(), actual));
        Assert.IsLessThanOrEqualTo(Tolerance, Numbers.RelativeError(expectedOutput.ToArray(), output));
    }

    [TestMethod]
    [DataRow("gemma-scope-2b-pt-res/layer_20/width_16k/average_l0_71", "gemma-2-2b", "blocks.20.hook_resid_post")]
    [DataRow("models--google--gemma-scope-9b-it-res/snapshots/0a1b/layer_9/width_131k/average_l0_10", "gemma-2-9b-it", "blocks.9.hook_resid_post")]
    [DataRow("gemma-scope-27b-pt-mlp/layer_3/width_131k/average_l0_5", "gemma-2-27b", "blocks.3.hook_mlp_out")]
    [DataRow("somewhere/else", null, null)]
    public void GemmaScope_TakesModelAndHookPointFromThePublishedFolders(string folder, string? model, string? hook)
    {
        using var temporary = new TemporaryFolder();
        var parameters = SaeLayouts.Gemma();
        Directory.CreateDirectory(temporary[folder]);
        File.Copy(SaeLayouts.Write("gemma_scope", parameters, temporary), temporary[folder, "params.npz"]);
        var read = SaeFolder.ReadParameters(temporary[folder]);
        Assert.AreEqual((model, hook), (read.ModelName, read.HookName));
        Assert.AreEqual(hook?.EndsWith("resid_post", StringComparison.Ordinal) == true, SaeFolder.Load(temporary[folder]).Site is not null);
    }

    [TestMethod]
    [DataRow("layers.7", "resid_post.7")]
    [DataRow("h.2", "resid_post.2")]
    [DataRow("layers.7.mlp", null)]
    public void Sparsify_TakesTheHookPointFromItsFolder(string folder, string? site)
    {
        using var temporary = new TemporaryFolder();
        Directory.CreateDirectory(temporary[folder]);
        SaeLayouts.Write("sparsify", SaeLayouts.Sparsify(), temporary, folder);
        Assert.AreEqual(site, SaeFolder.Load(temporary[folder]).Site);
    }

    [TestMethod]
    public void Load_OfAFileInTheFolder_MeansTheFolder()
    {
        using var temporary = new TemporaryFolder();
        SaeLayouts.Write("llama_scope", SaeLayouts.Llama(), temporary);
        Assert.AreEqual(SaeFormat.LlamaScope, SaeFolder.Detect(temporary["hyperparams.json"]));
        Assert.AreEqual(SaeFormat.LlamaScope, SaeFolder.Detect(temporary["checkpoints", "final.safetensors"]));
        Assert.AreEqual(40, SaeFolder.Load(temporary["checkpoints", "final.safetensors"]).HiddenSize);
    }

    [TestMethod]
    public void Load_ReadsTheStatisticsBesideEveryLayout()
    {
        using var temporary = new TemporaryFolder();
        var path = SaeLayouts.Write("gemma_scope", SaeLayouts.Gemma(), temporary);
        new SaeStatistics { MaxActivation = Enumerable.Range(0, 96).Select(i => i + 1f).ToArray(), TokenCount = 10 }.Save(SaeFolder.StatisticsPath(path));
        Assert.AreEqual(3f, SaeFolder.Load(path).MaxActivation(2));
        Assert.AreEqual(3f, SaeFolder.Load(temporary.Path).MaxActivation(2));
    }

    [TestMethod]
    public void Load_WhereOnlyACatalogueLiesBeside_TakesTheStatisticsFromIt()
    {
        using var temporary = new TemporaryFolder();
        var path = SaeLayouts.Write("gemma_scope", SaeLayouts.Gemma(), temporary);
        var sae = SaeFolder.Load(path);
        Assert.IsNull(sae.Statistics);
        using (var writer = FeatureCatalogueWriter.Create(temporary[FeatureCatalogue.FileName], new CatalogueInfo { SaeSha256 = sae.Fingerprint, LatentCount = 96, HiddenSize = 40, Tokens = 100 }))
        {
            writer.AddFeature(new CatalogueFeature(2, 7, 3.5f, 1, null, 0, null));
            writer.Commit();
        }

        Assert.AreEqual(3.5f, SaeFolder.Load(path).MaxActivation(2));
    }

    [TestMethod]
    public void DictionaryLearning_OfOlderVersions_IsReadToo()
    {
        using var temporary = new TemporaryFolder();
        var path = SaeLayouts.Write("AutoEncoderTopK", SaeReference.Random(SaeArchitecture.TopK, 40), temporary);
        Rewrite(temporary["ae.safetensors"], name => name is not ("k" or "threshold"));
        Assert.AreEqual(7, SaeFolder.Load(path).K);

        SaeLayouts.Write("MatryoshkaBatchTopKSAE", SaeReference.Random(SaeArchitecture.MatryoshkaBatchTopK, 41), temporary, change: config => ((JsonObject)config["trainer"]!)["dict_class"] = "MatroyshkaBatchTopKSAE");
        Assert.AreEqual(SaeArchitecture.MatryoshkaBatchTopK, SaeFolder.ReadParameters(path).Architecture);
    }

    private static IEnumerable<object[]> Layouts() => SaeLayouts.Cases().Select(layout => new object[] { layout.Layout, layout.Parameters });

    /// <summary>Leaves tensors out of a file.</summary>
    private static void Rewrite(string path, Func<string, bool> keep)
    {
        using (var file = SafetensorsFile.Open(path))
        {
            SafetensorsWriter.Write(path + ".new", [.. file.Names.Where(keep).Select(name => TensorData.FromFloat32(name, file.Describe(name).Shape, file.ReadFloat32(name)))]);
        }

        File.Move(path + ".new", path, overwrite: true);
    }
}
