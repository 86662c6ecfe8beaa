using System.Text;
using System.Text.Json.Nodes;
using Steering.Sockets;

namespace Steering.Tests.Sdk.Sockets;

[TestClass]
public sealed class SocketManifestFileTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("steering-manifest-").FullName;

    [TestCleanup]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    public void SaveThenLoad_GivesTheSame()
    {
        WriteFiles();
        var manifest = Manifest();
        SocketManifestFile.Save(_folder, manifest);
        var loaded = SocketManifestFile.Load(_folder);
        Assert.AreSequenceEqual(manifest.Sites, loaded.Sites);
        Assert.AreEqual(manifest with { Sites = loaded.Sites, WeightFiles = loaded.WeightFiles }, loaded);
        SocketManifestFile.Verify(_folder, loaded);
    }

    [TestMethod]
    public void Load_WithoutAManifest_SaysHowToMakeOne() =>
        Refused(() => SocketManifestFile.Load(_folder), "no sockets", "steer socket");

    [TestMethod]
    [DataRow("""{"formatVersion": 2}""", "format version 2", "reads version 1")]
    [DataRow("""{"formatVersion": 1}""", "it lacks 'modelName'")]
    [DataRow("null", "null")]
    [DataRow("[1,", "not a valid manifest")]
    [DataRow("""{"formatVersion": 1, "formatVersion": 1}""", "not a valid manifest")]
    public void Parse_OfSomethingElse_Refuses(string json, params string[] parts) =>
        Refused(() => SocketManifestFile.Parse(Encoding.UTF8.GetBytes(json), "manifest.json"), parts);

    [TestMethod]
    [DataRow("colour", "\"red\"", "colour")]
    [DataRow("hiddenSize", "0", "hiddenSize is 0")]
    [DataRow("hiddenSize", "\"8\"", "hiddenSize")]
    [DataRow("blockCount", "-3", "blockCount is -3")]
    [DataRow("activationType", "\"int8\"", "activationType is 'int8'")]
    [DataRow("graphSha256", "\"XYZ\"", "hexadecimal")]
    [DataRow("graphFile", "\"../model.onnx\"", "../model.onnx", "plain file name")]
    [DataRow("graphFile", "\"/etc/passwd\"", "/etc/passwd")]
    [DataRow("weightFiles", "[\"a/b\"]", "a/b")]
    [DataRow("weightFiles", "[\"..\"]", "plain file name")]
    [DataRow("weightFiles", "null", "not a valid manifest")]
    [DataRow("sites", "[]", "sites is empty")]
    [DataRow("sites", "[null]", "sites[0] is null")]
    [DataRow("sites", """[{"name":"resid_post.9","block":9,"hiddenSize":8}]""", "sites[0].block is 9")]
    [DataRow("sites", """[{"name":"mlp_out.1","block":1,"hiddenSize":8}]""", "mlp_out.1")]
    [DataRow("sites", """[{"name":"resid_post.1","block":1,"hiddenSize":4}]""", "hiddenSize is 4")]
    [DataRow("sites", """[{"name":"resid_post.1","block":1,"hiddenSize":8},{"name":"resid_post.1","block":1,"hiddenSize":8}]""", "not after")]
    public void Load_WithAWrongField_NamesIt(string field, string value, params string[] parts)
    {
        WriteFiles();
        SocketManifestFile.Save(_folder, Manifest());
        var path = Path.Combine(_folder, SocketManifest.FileName);
        var json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        json[field] = JsonNode.Parse(value);
        File.WriteAllText(path, json.ToJsonString());
        Refused(() => SocketManifestFile.Load(_folder), parts);
    }

    [TestMethod]
    public void Load_OfAnEnormousFile_RefusesBeforeReadingIt()
    {
        using (var file = File.Create(Path.Combine(_folder, SocketManifest.FileName)))
        {
            file.SetLength(SocketManifestFile.MaximumBytes + 1);
        }

        Refused(() => SocketManifestFile.Load(_folder), "at most");
    }

    [TestMethod]
    [DataRow("model.onnx", "graph")]
    [DataRow("model.onnx.data", "weights")]
    public void Verify_OfAChangedFile_Refuses(string file, string what)
    {
        WriteFiles();
        var manifest = Manifest();
        File.AppendAllText(Path.Combine(_folder, file), "x");
        Refused(() => SocketManifestFile.Verify(_folder, manifest), what, "changed or mixed up");
    }

    [TestMethod]
    public void Verify_OfAMissingFile_Refuses()
    {
        WriteFiles();
        var manifest = Manifest();
        File.Delete(Path.Combine(_folder, "model.onnx.data"));
        Refused(() => SocketManifestFile.Verify(_folder, manifest), "is missing");
        SocketManifestFile.Verify(_folder, manifest, weights: false);
    }

    private void WriteFiles()
    {
        File.WriteAllText(Path.Combine(_folder, "model.onnx"), "graph");
        File.WriteAllText(Path.Combine(_folder, "model.onnx.data"), "weights");
    }

    private SocketManifest Manifest() => new()
    {
        FormatVersion = SocketLayout.FormatVersion,
        ModelName = "tiny",
        Architecture = "llama",
        ActivationType = "float32",
        HiddenSize = 8,
        BlockCount = 4,
        GraphFile = "model.onnx",
        GraphSha256 = SocketManifestFile.Sha256(_folder, ["model.onnx"]),
        WeightFiles = ["model.onnx.data"],
        WeightsSha256 = SocketManifestFile.Sha256(_folder, ["model.onnx.data"]),
        Sites = [new SocketSite("resid_post.1", 1, 8), new SocketSite("resid_post.3", 3, 8)],
    };

    private static void Refused(Action action, params string[] parts)
    {
        var refusal = Assert.ThrowsExactly<SteeringException>(action);
        foreach (var part in parts)
        {
            StringAssert.Contains(refusal.Message, part, StringComparison.Ordinal);
        }
    }
}
