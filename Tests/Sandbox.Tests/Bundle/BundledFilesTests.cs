using Steering.Catalogues;
using Steering.Export;
using Steering.Export.Precision;
using Steering.Export.Sockets;
using Steering.Models;
using Steering.Saes;
using Steering.Saes.Formats;
using Steering.Sockets;

namespace Steering.Tests.Sandbox.Bundle;

/// <summary>What this build carries.</summary>
[TestClass]
public sealed class BundledFilesTests
{
    private const long LargestCheckpoint = 5_000_000;

    [TestMethod]
    public void Checkpoint_IsSmall_AndHasAChatTemplate()
    {
        Assert.IsLessThan(LargestCheckpoint, new FileInfo(Path.Combine(SandboxModel.Bundle.CheckpointFolder, "model.safetensors")).Length);
        using var model = SteerableModel.Load(SandboxModel.Folder());
        Assert.AreEqual("sandbox", model.Name);
        Assert.AreEqual("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n", model.Tokenizer.ApplyChatTemplate([("user", "Hi")]));
    }

    /// <summary>Each autoencoder was made on exactly these weights, and knows its features' maxima.</summary>
    [TestMethod]
    public void Autoencoders_BelongToTheModel_AndHaveCatalogues()
    {
        using var model = SteerableModel.Load(SandboxModel.Folder());
        Assert.AreSequenceEqual(["late-matryoshka", "late-topk", "mid-matryoshka", "mid-topk"], SandboxModel.Bundle.Saes.Keys);
        foreach (var (name, folder) in SandboxModel.Bundle.Saes)
        {
            var sae = SaeFolder.Load(folder);
            SaeModelMatch.Check(sae, model.Manifest!);
            Assert.AreEqual(ModelIdentity.Fingerprint(model.Manifest!), sae.ModelSha256, name);
            Assert.IsNotNull(sae.Statistics, name);
            using var catalogue = FeatureCatalogue.Open(Path.Combine(folder, FeatureCatalogue.FileName), sae);
            Assert.IsGreaterThan(0, catalogue.Info.Tokens, name);
        }
    }

    /// <summary>What is recommended to run: the quantised import of what they were trained on.</summary>
    [TestMethod]
    public void Autoencoders_BelongToTheInt4Import()
    {
        using var folder = new TemporaryFolder();
        ModelImporter.Import(SandboxModel.Bundle.CheckpointFolder, folder["int4"], new ImportOptions { Precision = WeightPrecision.Int4, Sites = SiteSelection.All }, progress: null, CancellationToken.None);
        foreach (var path in SandboxModel.Bundle.Saes.Values)
        {
            SaeModelMatch.Check(SaeFolder.Load(path), SocketManifestFile.Load(folder["int4"]));
        }
    }

    /// <summary>The engine compiles every policy, and none of them edits nothing.</summary>
    [TestMethod]
    public void Policies_CompileOnTheModel()
    {
        using var engine = SandboxModel.Bundle.LoadEngine();
        Assert.IsNotEmpty(SandboxModel.Bundle.Policies);
        Assert.AreSequenceEqual(SandboxModel.Bundle.Policies.Keys.Order(StringComparer.Ordinal), engine.PolicyNames.Order(StringComparer.Ordinal));
        foreach (var name in engine.PolicyNames)
        {
            Assert.IsGreaterThan(0, engine.Compile(name).Sites.Sum(site => site.RowCount), name);
        }
    }
}
