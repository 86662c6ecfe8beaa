using Microsoft.Extensions.AI;
using Steering.Catalogues;
using Steering.Chat;
using Steering.Compilation;
using Steering.Decoding;
using Steering.Export;
using Steering.Models;
using Steering.Policies;
using Steering.Saes.Formats;
using Steering.Sandbox.Bundle;

namespace Steering.Tests.Sandbox.Bundle;

[TestClass]
public sealed class SandboxBundleTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly IReadOnlyList<BundleFile> _files;

    public SandboxBundleTests() => _files = BundleFiles.In(TinySandbox.Write(_folder["files"]));

    private string Cache => _folder["cache"];

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Open_LaysOutEverything_AndImportsTheModelWithEverySite()
    {
        var bundle = Open();

        Assert.StartsWith(Path.Combine(Cache, "sandbox-"), bundle.Folder);
        Assert.AreSequenceEqual(new[] { "late-topk", "mid-topk" }, bundle.Saes.Keys.ToArray());
        Assert.AreSequenceEqual(new[] { "friendly", "loud" }, bundle.Policies.Keys.ToArray());
        foreach (var file in _files.Where(file => !file.Path.StartsWith("checkpoint/", StringComparison.Ordinal)))
        {
            Assert.AreSequenceEqual(File.ReadAllBytes(Path.Combine(_folder["files"], file.Path)), File.ReadAllBytes(Path.Combine(bundle.Folder, file.Path)));
        }

        using var model = SteerableModel.Load(bundle.ModelFolder);
        Assert.AreEqual("sandbox", model.Name);
        Assert.AreSequenceEqual(new[] { "resid_post.0", "resid_post.1" }, model.Sites.Select(site => site.Name).ToArray());
    }

    /// <summary>The same tokens as the checkpoint imported by hand: the cache adds nothing and loses nothing.</summary>
    [TestMethod]
    public void Open_GivesTheModelThatAnImportGives()
    {
        ModelImporter.Import(_folder["files", "checkpoint"], _folder["plain"], new ImportOptions(), progress: null, CancellationToken.None);
        Assert.AreSequenceEqual(Greedy(_folder["plain"]), Greedy(Open().ModelFolder));
    }

    [TestMethod]
    public void Policies_CompileWithTheAutoencodersUnderTheirNames()
    {
        var bundle = Open();
        using var model = SteerableModel.Load(bundle.ModelFolder);
        var resources = new SteeringResources();
        foreach (var (name, folder) in bundle.Saes)
        {
            resources.AddSae(name, SaeFolder.Load(folder));
        }

        foreach (var (name, file) in bundle.Policies)
        {
            Assert.IsNotEmpty(new PolicyCompiler(model.Manifest!, resources).Compile([SteeringPolicy.Load(file)], []).Sites, name);
        }
    }

    /// <summary>What docs/app.md shows: an engine with every policy by its name, and a chat client on it.</summary>
    [TestMethod]
    public async Task LoadEngine_AnswersUnderThePoliciesOfTheBundle()
    {
        using var engine = Open().LoadEngine();
        using var chat = new SteeredChatClient(engine, new SteeredChatClientOptions { MaxOutputTokens = 12 });
        Assert.AreSequenceEqual(new[] { "friendly", "loud" }, engine.PolicyNames.Order(StringComparer.Ordinal));
        var plain = await chat.GetResponseAsync("Hello");
        var loud = await chat.GetResponseAsync("Hello", new ChatOptions().WithSteering("loud"));
        Assert.AreNotEqual(plain.Text, loud.Text);
        var none = new ChatOptions().WithoutSteering();
        Assert.AreEqual(plain.Text, (await chat.GetResponseAsync("Hello", none)).Text);
    }

    [TestMethod]
    public void Open_Again_TouchesNothing()
    {
        var first = Open();
        var times = Times(first.Folder);
        var reports = new List<ImportProgress>();
        var second = SandboxBundle.Open(_files, Cache, new Collected(reports), CancellationToken.None);
        Assert.AreEqual(first.Folder, second.Folder);
        Assert.AreSequenceEqual(times, Times(second.Folder));
        Assert.IsEmpty(reports);
    }

    [TestMethod]
    public void Open_AfterACleanerTookAFile_LaysOutAgain()
    {
        var bundle = Open();
        File.Delete(Path.Combine(bundle.ModelFolder, "model.onnx"));
        File.WriteAllText(Path.Combine(bundle.Sae("mid-topk"), "cfg.json"), "{");
        Assert.AreEqual(bundle.Folder, Open().Folder);
        SteerableModel.Load(bundle.ModelFolder).Dispose();
        SaeFolder.Load(bundle.Sae("mid-topk"));
        Assert.ContainsSingle(Directory.GetFileSystemEntries(Cache));
    }

    [TestMethod]
    public void Open_AfterAFeatureWasNamed_KeepsTheName()
    {
        var catalogue = Path.Combine(Open().Sae("late-topk"), FeatureCatalogue.FileName);
        FeatureCatalogue.SetLabel(catalogue, 9, new string('x', FeatureCatalogue.MaximumLabel));
        Open();
        using var opened = FeatureCatalogue.Open(catalogue);
        Assert.AreEqual(new string('x', FeatureCatalogue.MaximumLabel), opened.Feature(9).Label);
    }

    [TestMethod]
    public void Open_OfOtherContent_IsAnotherFolder()
    {
        var first = Open();
        File.AppendAllText(_folder["files", "policies", "loud.json"], " ");
        var second = Open();
        Assert.AreNotEqual(first.Folder, second.Folder);
        Assert.AreEqual(first.ModelFolder, Open(_folder["files"], first).ModelFolder);
    }

    [TestMethod]
    public async Task Open_FromManyAtOnce_GivesOneWholeFolder()
    {
        var bundles = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(Open)));
        Assert.ContainsSingle(bundles.Select(bundle => bundle.Folder).Distinct(StringComparer.Ordinal));
        Assert.ContainsSingle(Directory.GetFileSystemEntries(Cache));
        SteerableModel.Load(bundles[0].ModelFolder).Dispose();
    }

    [TestMethod]
    public void Open_TellsItsProgress_AndStopsWithoutATrace()
    {
        var reports = new List<ImportProgress>();
        SandboxBundle.Open(_files, _folder["other"], new Collected(reports), CancellationToken.None);
        Assert.AreEqual(("laying out the sandbox", 0.0), (reports[0].Stage, reports[0].Fraction));
        Assert.AreEqual(1, reports[^1].Fraction);

        using var source = new CancellationTokenSource();
        Assert.ThrowsExactly<OperationCanceledException>(() => SandboxBundle.Open(_files, Cache, new Cancelling(source), source.Token));
        Assert.IsEmpty(Directory.GetFileSystemEntries(Cache));
    }

    [TestMethod]
    public void Open_WithNothingInside_SaysSo() =>
        Refusal.Of(() => SandboxBundle.Open([], Cache, progress: null, CancellationToken.None), "holds no sandbox model", "Samples/SandboxModel");

    [TestMethod]
    public void Open_WhereTheCacheIsAFile_NamesTheVariable()
    {
        _folder.Write("cache", "not a folder"u8);
        Refusal.Of(() => Open(), Cache, "cannot be laid out", "STEERING_CACHE");
    }

    [TestMethod]
    public void Open_OfADamagedCheckpoint_SaysWhatIsWrong_AndLeavesNothing()
    {
        File.WriteAllText(_folder["files", "checkpoint", "model.safetensors"], "no tensors");
        Refusal.Of(() => Open(), "model.safetensors");
        Assert.IsEmpty(Directory.GetFileSystemEntries(Cache));
    }

    [TestMethod]
    public void APathThatLeavesTheFolder_IsRefused() =>
        Refusal.Of(() => SandboxBundle.Open([.. _files, new BundleFile("../outside.txt", () => new MemoryStream())], Cache, progress: null, CancellationToken.None), "..");

    [TestMethod]
    public void ANameThatTheBundleLacks_IsRefusedWithTheList()
    {
        var bundle = Open();
        Refusal.Of(() => bundle.Sae("late-topq"), "no autoencoder 'late-topq'", "late-topk, mid-topk");
        Refusal.Of(() => bundle.Policy("kind"), "no policy 'kind'", "friendly, loud");
    }

    private SandboxBundle Open() => SandboxBundle.Open(BundleFiles.In(_folder["files"]), Cache, progress: null, CancellationToken.None);

    /// <summary>Opens the content as it was before a change that another folder has.</summary>
    private SandboxBundle Open(string files, SandboxBundle before)
    {
        File.Copy(before.Policy("loud"), Path.Combine(files, "policies", "loud.json"), overwrite: true);
        return Open();
    }

    private static (string, DateTime)[] Times(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(file => (file, File.GetLastWriteTimeUtc(file)))];

    private static int[] Greedy(string folder)
    {
        using var model = SteerableModel.Load(folder);
        using var generation = model.Start(new DecodeRequest { PromptIds = [84, 104, 101, 32, 115, 101, 97], MaxTokens = 16 });
        var ids = new List<int>();
        while (generation.MoveNext())
        {
            ids.Add(generation.TokenId);
        }

        return [.. ids];
    }

    private sealed class Collected(List<ImportProgress> reports) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => reports.Add(value);
    }

    private sealed class Cancelling(CancellationTokenSource source) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value)
        {
            if (value.Fraction > 0)
            {
                source.Cancel();
            }
        }
    }
}
