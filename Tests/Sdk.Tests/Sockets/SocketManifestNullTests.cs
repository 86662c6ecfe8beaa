using System.Text;
using Steering.Sockets;

namespace Steering.Tests.Sdk.Sockets;

[TestClass]
public sealed class SocketManifestNullTests
{
    private const string Hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [TestMethod]
    [DataRow("[null]", "null")]
    [DataRow("[\"model.onnx.data\"]", "[null]")]
    public void Parse_WhenAListHoldsNull_RefusesTheManifest(string weightFiles, string sites)
    {
        var json = $$"""
            {
              "formatVersion": {{SocketLayout.FormatVersion}}, "modelName": "tiny", "architecture": "llama", "activationType": "float32", "hiddenSize": 48, "blockCount": 4,
              "graphFile": "model.onnx", "graphSha256": "{{Hash}}", "weightFiles": {{weightFiles}}, "weightsSha256": "{{Hash}}",
              "sites": {{(string.Equals(sites, "null", StringComparison.Ordinal) ? "[{\"name\":\"resid_post.1\",\"block\":1,\"hiddenSize\":48}]" : sites)}}
            }
            """;

        Refusal.Of(() => SocketManifestFile.Parse(Encoding.UTF8.GetBytes(json), "the manifest"), "the manifest", "Socket the model again");
    }
}
