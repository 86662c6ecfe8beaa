using System.Text;
using Steering.Export.Checkpoints;
using Steering.Tests;

namespace Steering.Fuzz.Targets;

/// <summary>Opens a GGUF model as a checkpoint and dequantises every tensor of it.</summary>
internal sealed class CheckpointGgufTarget : IFuzzTarget
{
    private const int Width = 256;
    private const int MostElements = 1 << 21;

    private readonly ScratchFolder _folder = new();

    public string Name => "checkpoint-gguf";

    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        Model((3, 20, 32), (2, 18, 32), (6, 22, 32), (7, 24, 32), (8, 34, 32)),
        Model((10, 84, 256), (11, 110, 256), (12, 144, 256), (13, 176, 256), (14, 210, 256)),
        Model((20, 18, 32), (23, 136, 256), (30, 2, 1), (1, 2, 1), (0, 4, 1)),
    ];

    public IReadOnlyList<byte[]> Words { get; } =
    [
        .. new[]
        {
            "llama.embedding_length", "llama.block_count", "llama.attention.head_count", "llama.attention.head_count_kv", "llama.attention.key_length", "llama.vocab_size", "llama.rope.freq_base", "llama.rope.dimension_count",
            "general.architecture", "llama", "qwen2", "qwen3", "gemma2", "gpt2", "phi3", "token_embd.weight", "output_norm.weight", "blk.0.attn_q.weight", "blk.0.ffn_up.weight", "blk.9.ffn_up.weight", "rope_freqs.weight", "split.count",
        }.Select(Encoding.ASCII.GetBytes),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        using var checkpoint = Checkpoint.Open(_folder.Write("input.gguf", input));
        foreach (var name in checkpoint.TensorNames)
        {
            var tensor = checkpoint.Describe(name);
            if (tensor.Count > MostElements)
            {
                throw new InvalidOperationException($"Tensor '{name}' has {tensor.Count} elements in a file of {input.Length} bytes.");
            }

            checkpoint.ReadFloat32(name, new float[tensor.Count]);
            _ = checkpoint.ReadBlocks(name).Length;
        }
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>A llama model of one block, whose matrices are of the given types (number, block bytes, block elements).</summary>
    private static byte[] Model(params (uint Type, int Bytes, int Elements)[] types)
    {
        var random = FuzzRandom.For(1, types[0].Type);
        var file = new GgufBytes()
            .Pair("general.architecture", "llama").Pair("general.name", "tiny").Pair("llama.embedding_length", (uint)Width).Pair("llama.block_count", 1u)
            .Pair("llama.feed_forward_length", (uint)Width).Pair("llama.context_length", 32u).Pair("llama.attention.head_count", 2u).Pair("llama.attention.head_count_kv", 1u)
            .Pair("llama.attention.key_length", 2u).Pair("llama.attention.layer_norm_rms_epsilon", 1e-5f).Pair("llama.rope.freq_base", 10000f).Pair("llama.rope.dimension_count", 2u)
            .Pair("tokenizer.ggml.bos_token_id", 1u).Pair("tokenizer.ggml.eos_token_id", 1u)
            .Tensor("output_norm.weight", [Width], 0, new byte[Width * sizeof(float)]);
        string[] names = ["token_embd", "blk.0.attn_q", "blk.0.attn_k", "blk.0.ffn_up", "blk.0.ffn_down"];
        foreach (var (name, (type, bytes, elements)) in names.Zip(types))
        {
            var rows = name.EndsWith("attn_q", StringComparison.Ordinal) ? 4 : 2;
            var data = new byte[rows * Width / elements * bytes];
            for (var i = 0; i < data.Length; i++)
            {
                data[i] = (byte)random.Next();
            }

            file.Tensor(name + ".weight", [Width, (ulong)rows], type, data);
        }

        return file.Build();
    }
}
