using System.Text.Json;
using Steering.Export;
using Steering.Export.Onnx;
using Steering.Export.Precision;
using Steering.Export.Sockets;
using Steering.Sockets;

namespace Steering.Tests.Export.Import;

[TestClass]
public sealed class ModelImporterTests
{
    private static string TinyStories => OracleFolder.RequireModel("tinystories-656k");

    [TestMethod]
    public void Import_WritesAFolderThatGenAiReads_WithNameAndArchitecture()
    {
        using var folder = new TemporaryFolder();
        ModelImporter.Import(TinyStories, folder["model"], new ImportOptions(), progress: null, CancellationToken.None);

        string[] expected = ["genai_config.json", "generation_config.json", "model.onnx", "model.onnx.data", "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json"];
        CollectionAssert.AreEqual(expected, Directory.EnumerateFileSystemEntries(folder["model"]).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToArray());
        var metadata = OnnxModelFile.Load(folder["model", "model.onnx"]).MetadataProps.ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);
        Assert.AreEqual("llama", metadata["steering.architecture"]);
        Assert.AreEqual("tinystories-656k", metadata["steering.model_name"]);
        using var config = JsonDocument.Parse(File.ReadAllBytes(folder["model", "genai_config.json"]));
        var model = config.RootElement.GetProperty("model");
        Assert.AreEqual("llama", model.GetProperty("type").GetString());
        Assert.AreEqual(512, model.GetProperty("context_length").GetInt32());
        Assert.AreEqual(2048, model.GetProperty("vocab_size").GetInt32());
        Assert.AreEqual(1, model.GetProperty("bos_token_id").GetInt32());
        Assert.AreEqual(2, model.GetProperty("eos_token_id").GetInt32());
        var decoder = model.GetProperty("decoder");
        Assert.AreEqual(16, decoder.GetProperty("head_size").GetInt32());
        Assert.AreEqual(4, decoder.GetProperty("num_key_value_heads").GetInt32());
        Assert.AreEqual("0", decoder.GetProperty("session_options").GetProperty("session.intra_op.allow_spinning").GetString());
    }

    [TestMethod]
    public void Import_StoresATiedTableOnce()
    {
        foreach (var precision in Enum.GetValues<WeightPrecision>())
        {
            var model = ImportedModel.Of(TinyStories, precision).Model;
            var tables = model.Graph.Initializer
                .Where(tensor => ExternalData.IsExternal(tensor) && tensor.Dims.Count > 1 && tensor.Dims.Contains(2048))
                .GroupBy(tensor => string.Join('|', tensor.ExternalData.Select(entry => entry.Value)), StringComparer.Ordinal);
            Assert.HasCount(precision == WeightPrecision.Float32 ? 1 : 2, tables.ToArray(), $"{precision}: the table, and for integers its scales");
        }
    }

    [TestMethod]
    public void Import_WithSites_WritesSocketsAndManifest()
    {
        using var folder = new TemporaryFolder();
        ModelImporter.Import(TinyStories, folder["model"], new ImportOptions { Sites = SiteSelection.All }, progress: null, CancellationToken.None);

        var manifest = SocketManifestFile.Load(folder["model"]);
        Assert.AreEqual("tinystories-656k", manifest.ModelName);
        CollectionAssert.AreEqual(new[] { "resid_post.0", "resid_post.1" }, manifest.Sites.Select(site => site.Name).ToArray());
    }

    [TestMethod]
    public void Import_WhenTheDestinationHoldsSomething_RefusesAndLeavesIt()
    {
        var source = TinyStories;
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["model"]);
        File.WriteAllText(folder["model", "notes.txt"], "mine");

        Refusal.Of(() => ModelImporter.Import(source, folder["model"], new ImportOptions(), progress: null, CancellationToken.None), "not empty");
        Refusal.Of(() => ModelImporter.Import(source, folder["model"], new ImportOptions { Overwrite = true }, progress: null, CancellationToken.None), "no model folder");

        Assert.AreEqual("mine", File.ReadAllText(folder["model", "notes.txt"]));
    }

    [TestMethod]
    public void Import_WithOverwrite_ReplacesAModelFolder()
    {
        using var folder = new TemporaryFolder();
        ModelImporter.Import(TinyStories, folder["model"], new ImportOptions(), progress: null, CancellationToken.None);
        File.WriteAllText(folder["model", "old.txt"], "old");

        ModelImporter.Import(TinyStories, folder["model"], new ImportOptions { Overwrite = true }, progress: null, CancellationToken.None);

        Assert.IsFalse(File.Exists(folder["model", "old.txt"]));
        Assert.IsTrue(File.Exists(folder["model", "model.onnx"]));
        Assert.HasCount(1, Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void Import_WhenCancelled_LeavesNothing()
    {
        var source = TinyStories;
        using var folder = new TemporaryFolder();
        using var cancellation = new CancellationTokenSource();
        var progress = new Recorder(value =>
        {
            if (value.Stage.Contains("weights", StringComparison.Ordinal))
            {
                cancellation.Cancel();
            }
        });

        Assert.ThrowsExactly<OperationCanceledException>(() => ModelImporter.Import(source, folder["model"], new ImportOptions(), progress, cancellation.Token));

        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void Import_ReportsProgressUpToTheEnd()
    {
        using var folder = new TemporaryFolder();
        var fractions = new List<double>();
        ModelImporter.Import(TinyStories, folder["model"], new ImportOptions(), new Recorder(value => fractions.Add(value.Fraction)), CancellationToken.None);

        CollectionAssert.AreEqual(fractions.Order().ToArray(), fractions);
        Assert.AreEqual(0, fractions[0]);
        Assert.AreEqual(1, fractions[^1]);
        Assert.IsGreaterThan(10, fractions.Count);
    }

    [TestMethod]
    public void Import_WithoutATokenizer_Warns()
    {
        using var folder = new TemporaryFolder();
        var warnings = new List<string?>();
        ModelImporter.Import(OracleFolder.Require("architectures", "llama"), folder["model"], new ImportOptions(), new Recorder(value => warnings.Add(value.Warning)), CancellationToken.None);

        Assert.HasCount(1, warnings.Where(warning => warning is not null && warning.Contains("no tokenizer.json", StringComparison.Ordinal)).ToArray());
    }

    private sealed class Recorder(Action<ImportProgress> report) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => report(value);
    }
}
