using System.Text;
using Steering.Sockets;

namespace Steering.Fuzz.Targets;

/// <summary>Parses a socket manifest; what is accepted must name files of the folder only and ascend in its sites.</summary>
internal sealed class ManifestTarget : IFuzzTarget
{
    private const string Hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    public string Name => "manifest";

    public bool IsJson => true;

    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        Encoding.UTF8.GetBytes($$"""
            {
              "formatVersion": {{SocketLayout.FormatVersion}}, "modelName": "tiny", "architecture": "llama", "activationType": "float32", "hiddenSize": 48, "blockCount": 4,
              "graphFile": "model.onnx", "graphSha256": "{{Hash}}", "weightFiles": ["model.onnx.data", "more.data"], "weightsSha256": "{{Hash}}",
              "sites": [ { "name": "resid_post.1", "block": 1, "hiddenSize": 48 }, { "name": "resid_post.3", "block": 3, "hiddenSize": 48 } ]
            }
            """),
    ];

    public IReadOnlyList<byte[]> Words { get; } =
    [
        .. new[]
        {
            "formatVersion", "modelName", "activationType", "float16", "bfloat16", "hiddenSize", "blockCount", "graphFile", "weightFiles", "sites", "name", "block", "resid_post.1", "resid_post.3", "../model.onnx", "/etc/passwd", "..\\\\x", ".", "",
        }.Select(Encoding.ASCII.GetBytes),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        var manifest = SocketManifestFile.Parse(input, "the manifest");
        var block = -1;
        foreach (var site in manifest.Sites)
        {
            block = site.Block > block ? site.Block : throw new InvalidOperationException("The sites do not ascend.");
        }

        foreach (var file in manifest.WeightFiles.Append(manifest.GraphFile))
        {
            if (file.AsSpan().ContainsAny('/', '\\'))
            {
                throw new InvalidOperationException($"'{file}' may leave the folder.");
            }
        }
    }

    public void Dispose()
    {
    }
}
