using System.Security.Cryptography;
using Steering.Export.Onnx;
using Steering.Export.Sockets;
using Steering.Sockets;

namespace Steering.Tests.Export.Sockets;

[TestClass]
public sealed class ModelSocketerTests
{
    // Large enough that the weights pass the size from which files are linked.
    private static readonly DecoderShape Shape = new() { Vocabulary = 3000, Intermediate = 512 };

    [TestMethod]
    public void Folder_GetsANewGraphAManifestAndItsOtherFiles()
    {
        using var temporary = new TemporaryFolder();
        var source = ModelFolders.Write(temporary["tiny-llama"], Shape);
        var before = Snapshot(source);

        var manifest = ModelSocketer.Socket(source, temporary["out"], SiteSelection.Blocks(0, 2));

        Assert.AreEqual("tiny-llama", manifest.ModelName);
        Assert.AreEqual("llama", manifest.Architecture);
        Assert.AreEqual("float32", manifest.ActivationType);
        Assert.AreEqual(64, manifest.HiddenSize);
        Assert.AreEqual(3, manifest.BlockCount);
        CollectionAssert.AreEqual(new[] { "resid_post.0", "resid_post.2" }, manifest.Sites.Select(site => site.Name).ToArray());
        Assert.AreEqual(Hash(temporary["out", "model.onnx"]), manifest.GraphSha256);
        Assert.AreEqual(Hash(temporary["out", "model.onnx.data"]), manifest.WeightsSha256);
        CollectionAssert.AreEqual(new[] { "model.onnx.data" }, manifest.WeightFiles.ToArray());
        Assert.AreEqual("notes", File.ReadAllText(temporary["out", "extra", "notes.txt"]));
        Assert.AreEqual(File.ReadAllText(temporary["tiny-llama", "genai_config.json"]), File.ReadAllText(temporary["out", "genai_config.json"]));
        var loaded = SocketManifestFile.Load(temporary["out"]);
        CollectionAssert.AreEqual(manifest.Sites.ToArray(), loaded.Sites.ToArray());
        SocketManifestFile.Verify(temporary["out"], loaded);
        CollectionAssert.AreEqual(before, Snapshot(source), "the source folder must stay as it was");
    }

    [TestMethod]
    public void Weights_AreLinkedNotRewritten()
    {
        using var temporary = new TemporaryFolder();
        var source = ModelFolders.Write(temporary["model"], Shape);
        Assert.IsGreaterThan(1 << 20, new FileInfo(Path.Combine(source, "model.onnx.data")).Length);

        ModelSocketer.Socket(source, temporary["out"], SiteSelection.All);

        // One file under two names: a byte written through one is read through the other.
        using (var stream = new FileStream(Path.Combine(source, "model.onnx.data"), FileMode.Open, FileAccess.Write))
        {
            stream.WriteByte(0xA5);
        }

        using var linked = File.OpenRead(temporary["out", "model.onnx.data"]);
        Assert.AreEqual(0xA5, linked.ReadByte());
        Refusal.Of(() => SocketManifestFile.Verify(temporary["out"], SocketManifestFile.Load(temporary["out"])), "weights", "was changed");
    }

    [TestMethod]
    public void Weights_BehindASymbolicLink_AreFound()
    {
        using var temporary = new TemporaryFolder();
        var source = ModelFolders.Write(temporary["cache"], Shape);
        File.Move(Path.Combine(source, "model.onnx.data"), temporary["blob"]);
        File.CreateSymbolicLink(Path.Combine(source, "model.onnx.data"), "../blob");

        var manifest = ModelSocketer.Socket(source, temporary["out"], SiteSelection.All);

        Assert.AreEqual(Hash(temporary["blob"]), manifest.WeightsSha256);
        Assert.IsNull(new FileInfo(temporary["out", "model.onnx.data"]).LinkTarget);
    }

    [TestMethod]
    public void MetadataOfTheGraph_NameTheModel()
    {
        using var temporary = new TemporaryFolder();
        var source = ModelFolders.Write(temporary["model"], Shape, graph =>
        {
            graph.Metadata(SocketOptions.ModelNameKey, "Some/Model-1B");
            graph.Metadata(SocketOptions.ArchitectureKey, "mistral");
        });

        var manifest = ModelSocketer.Socket(source, temporary["out"], SiteSelection.All);
        var renamed = ModelSocketer.Socket(source, temporary["renamed"], SiteSelection.All, new SocketOptions { ModelName = "Mine" });

        Assert.AreEqual(("Some/Model-1B", "mistral"), (manifest.ModelName, manifest.Architecture));
        Assert.AreEqual(("Mine", "mistral"), (renamed.ModelName, renamed.Architecture));
    }

    [TestMethod]
    public void SocketedAtImport_HasTheManifestOfAFolderSocketedLater()
    {
        using var temporary = new TemporaryFolder();
        var source = ModelFolders.Write(temporary["model"], Shape);
        var later = ModelSocketer.Socket(source, temporary["later"], SiteSelection.Blocks(1));
        var graph = LlamaGraph.Build(Shape);

        var socketed = SocketGraft.Apply(graph.Model, SiteSelection.Blocks(1));
        Directory.CreateDirectory(temporary["once"]);
        OnnxModelFile.Save(graph, temporary["once", "model.onnx"]);
        var once = ModelSocketer.WriteManifest(temporary["once"], "model.onnx", graph.Model, socketed, new SocketOptions { ModelName = "model", Architecture = "llama" });

        Assert.AreEqual(later.WeightsSha256, once.WeightsSha256);
        Assert.AreEqual(later.GraphSha256, once.GraphSha256);
    }

    [TestMethod]
    public void SocketedFolder_IsRefused()
    {
        using var temporary = new TemporaryFolder();
        var source = ModelFolders.Write(temporary["model"], Shape);
        ModelSocketer.Socket(source, temporary["out"], SiteSelection.Blocks(1));

        Refusal.Of(() => ModelSocketer.Socket(temporary["out"], temporary["again"], SiteSelection.Blocks(2)), "has sockets already", "Socket the original");
        File.Delete(temporary["out", "manifest.json"]);
        Refusal.Of(() => ModelSocketer.Socket(temporary["out"], temporary["again"], SiteSelection.Blocks(2)), "has sockets already");
        Assert.IsFalse(Path.Exists(temporary["again"]));
    }

    [TestMethod]
    public void MissingSite_IsRefusedAndLeavesNothing()
    {
        using var temporary = new TemporaryFolder();
        var source = ModelFolders.Write(temporary["model"], Shape);

        Refusal.Of(() => ModelSocketer.Socket(source, temporary["out"], SiteSelection.Blocks(7)), "no block 7", "resid_post.0, resid_post.1, resid_post.2");

        CollectionAssert.AreEqual(new[] { source }, Directory.GetFileSystemEntries(temporary.Path));
    }

    [TestMethod]
    public void CancelledSocketing_LeavesNothing()
    {
        using var temporary = new TemporaryFolder();
        var source = ModelFolders.Write(temporary["model"], Shape);
        using var cancellation = new CancellationTokenSource();
        var progress = new Immediate(stage =>
        {
            if (stage.Stage.Contains("fingerprints", StringComparison.Ordinal))
            {
                cancellation.Cancel();
            }
        });

        Assert.ThrowsExactly<OperationCanceledException>(() => ModelSocketer.Socket(source, temporary["out"], SiteSelection.All, null, progress, cancellation.Token));

        CollectionAssert.AreEqual(new[] { source }, Directory.GetFileSystemEntries(temporary.Path));
    }

    [TestMethod]
    public void ConfigurationThatContradictsTheGraph_IsRefused()
    {
        using var temporary = new TemporaryFolder();
        var layers = ModelFolders.Write(temporary["layers"], Shape, null, decoder => decoder["num_hidden_layers"] = 4);
        var width = ModelFolders.Write(temporary["width"], Shape, null, decoder => decoder["hidden_size"] = 128);
        var pipeline = ModelFolders.Write(temporary["pipeline"], Shape, null, decoder => decoder["pipeline"] = Array.Empty<int>());

        Refusal.Of(() => ModelSocketer.Socket(layers, temporary["out"], SiteSelection.All), "3 blocks in the graph", "says 4");
        Refusal.Of(() => ModelSocketer.Socket(width, temporary["out"], SiteSelection.All), "64 wide", "says 128");
        Refusal.Of(() => ModelSocketer.Socket(pipeline, temporary["out"], SiteSelection.All), "several graphs");
    }

    [TestMethod]
    public void HostileFolder_IsRefused()
    {
        using var temporary = new TemporaryFolder();
        var source = ModelFolders.Write(temporary["model"], Shape);
        var outside = ModelFolders.Write(temporary["outside"], Shape, null, decoder => decoder["filename"] = "../model/model.onnx");
        var truncated = ModelFolders.Write(temporary["truncated"], Shape);
        File.WriteAllBytes(Path.Combine(truncated, "model.onnx"), File.ReadAllBytes(Path.Combine(truncated, "model.onnx"))[..2000]);
        var garbage = ModelFolders.Write(temporary["garbage"], Shape);
        File.WriteAllText(Path.Combine(garbage, "genai_config.json"), "{\"model\": 3}");

        Refusal.Of(() => ModelSocketer.Socket(temporary["nowhere"], temporary["out"], SiteSelection.All), "not a GenAI model folder");
        Refusal.Of(() => ModelSocketer.Socket(source, Path.Combine(source, "out"), SiteSelection.All), "lies in the model folder");
        Refusal.Of(() => ModelSocketer.Socket(source, temporary["outside"], SiteSelection.All), "not empty");
        Refusal.Of(() => ModelSocketer.Socket(outside, temporary["out"], SiteSelection.All), "..");
        Refusal.Of(() => ModelSocketer.Socket(truncated, temporary["out"], SiteSelection.All), "not an ONNX model");
        Refusal.Of(() => ModelSocketer.Socket(garbage, temporary["out"], SiteSelection.All), "genai_config.json cannot be used");
        Assert.IsFalse(Path.Exists(temporary["out"]));
    }

    private static string[] Snapshot(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(file => $"{file} {Hash(file)}")];

    private static string Hash(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));

    private sealed class Immediate(Action<SocketProgress> report) : IProgress<SocketProgress>
    {
        public void Report(SocketProgress value) => report(value);
    }
}
