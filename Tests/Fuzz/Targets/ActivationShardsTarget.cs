using System.Security.Cryptography;
using System.Text;
using Steering.Analysis.Shards;
using Steering.Tensors;

namespace Steering.Fuzz.Targets;

/// <summary>Opens a folder of activation shards whose index is the input, and reads every row.</summary>
internal sealed class ActivationShardsTarget : IFuzzTarget
{
    private const string Hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private readonly ScratchFolder _folder = new();

    public ActivationShardsTarget()
    {
        var path = _folder.File("shard-000000.safetensors");
        SafetensorsWriter.Write(
            path,
            [
                TensorData.FromFloat32("activations", [2, 3], new float[] { 1, 2, 3, 4, 5, 6 }),
                TensorData.FromBytes("token_ids", TensorElementType.Int32, [4], new byte[16]),
                TensorData.FromInt64("documents", [4], new long[4]),
                TensorData.FromBytes("positions", TensorElementType.Int32, [4], new byte[16]),
                TensorData.FromInt64("windows", [4], new long[] { 0, 0, 1, 1 }),
                TensorData.FromBytes("roles", TensorElementType.UInt8, [4], new byte[4]),
                TensorData.FromBytes("left_out", TensorElementType.UInt8, [4], new byte[] { 1, 0, 1, 0 }),
            ],
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["steering_shard_version"] = "1",
                ["steering_model"] = "tiny",
                ["steering_model_sha256"] = Hash,
                ["steering_site"] = "resid_post.1",
                ["steering_shard"] = "0",
                ["steering_first_window"] = "0",
            });
        var bytes = File.ReadAllBytes(path);
        Seeds =
        [
            Encoding.UTF8.GetBytes($$"""
                {
                  "formatVersion": 1,
                  "job": { "modelName": "tiny", "modelSha256": "{{Hash}}", "site": "resid_post.1", "hiddenSize": 3, "type": "F32", "text": "Text by File", "windows": "packed windows of 2, BOS None", "harvest": "whole text", "windowsPerShard": 2 },
                  "medianNorm": 1.5, "largestNorm": 15, "isComplete": true,
                  "shards": [ { "file": "shard-000000.safetensors", "bytes": {{bytes.Length}}, "sha256": "{{Convert.ToHexStringLower(SHA256.HashData(bytes))}}", "firstWindow": 0, "windows": 2, "tokens": 4, "rows": 2, "firstPositions": 2, "massiveTokens": 0, "textSha256": "{{Hash}}" } ]
                }
                """),
        ];
    }

    public string Name => "activation-shards";

    public bool IsJson => true;

    public IReadOnlyList<byte[]> Seeds { get; }

    public IReadOnlyList<byte[]> Words { get; } =
    [
        .. new[]
        {
            "formatVersion", "job", "modelName", "site", "hiddenSize", "type", "F16", "BF16", "windowsPerShard", "largestNorm", "isComplete", "shards", "file", "bytes", "sha256", "firstWindow", "rows", "tokens",
            "shard-000001.safetensors", "../shard-000000.safetensors", "/dev/zero", "",
        }.Select(Encoding.ASCII.GetBytes),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        _folder.Write(ShardIndex.FileName, input);
        var folder = ShardFolder.Open(_folder.Path);
        for (var number = 0; number < folder.Index.Shards.Count; number++)
        {
            using var shard = folder.OpenShard(number);
            var rows = new float[shard.Entry.Rows * shard.HiddenSize];
            if (shard.ReadRows(0, rows) != shard.Entry.Rows)
            {
                throw new InvalidOperationException("The shard has fewer rows than its index says.");
            }

            _ = shard.ReadTokenIds();
            _ = shard.ReadRoles();
        }
    }

    public void Dispose() => _folder.Dispose();
}
