using Steering.Tensors;
using Steering.Tests;

namespace Steering.Fuzz.Targets;

/// <summary>Opens a GGUF file and visits all metadata and all tensor bytes.</summary>
internal sealed class GgufTarget : IFuzzTarget
{
    private readonly ScratchFolder _folder = new();

    public string Name => "gguf";

    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        new GgufBytes()
            .Pair("general.architecture", "llama").Pair("llama.block_count", 2u).Pair("llama.rope.freq_base", 10000f)
            .Pair("tokenizer.ggml.tokens", ["<s>", "a", "ü", ""])
            .Pair("u8", 0, [1]).Pair("i8", 1, [0xff]).Pair("u16", 2, GgufBytes.Of((ushort)1)).Pair("i16", 3, GgufBytes.Of((short)-1)).Pair("i32", 5, GgufBytes.Of(-1))
            .Pair("bool", 7, [1]).Pair("u64", 10, GgufBytes.Of(1UL)).Pair("i64", 11, GgufBytes.Of(-1L)).Pair("f64", 12, GgufBytes.Of(1.5))
            .Pair("scores", 9, [.. GgufBytes.Of(6u), .. GgufBytes.Of(2UL), .. GgufBytes.Of(1f, 2f)])
            .Tensor("token_embd.weight", [4, 2], 0, GgufBytes.Of(1f, 2, 3, 4, 5, 6, 7, 8))
            .Tensor("blk.0.attn_q.weight", [32, 1], 2, new byte[18])
            .Build(),
        new GgufBytes { Version = 2 }.Pair("general.architecture", "llama").Tensor("output_norm.weight", [4], 1, new byte[8]).Build(),
        new GgufBytes { Alignment = 64 }.Pair("general.alignment", 64u).Tensor("a", [256], 14, new byte[210]).Tensor("b", [32], 3, new byte[20]).Build(),
        new GgufBytes().Build(),
    ];

    public IReadOnlyList<byte[]> Words { get; } = [.. new[] { "general.alignment", "general.architecture", "a", "GGUF" }.Select(System.Text.Encoding.ASCII.GetBytes)];

    public void Run(ReadOnlySpan<byte> input)
    {
        using var file = GgufFile.Open(_folder.Write("input.gguf", input));
        foreach (var value in file.Metadata.Values)
        {
            _ = value.ToString();
        }

        foreach (var tensor in file.Tensors.Values)
        {
            if (file.Bytes(tensor.Name).Length != tensor.ByteCount)
            {
                throw new InvalidOperationException($"Tensor '{tensor.Name}' has other bytes than described.");
            }
        }
    }

    public void Dispose() => _folder.Dispose();
}
