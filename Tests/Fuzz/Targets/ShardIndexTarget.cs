using System.Text;
using Steering.Export.Checkpoints;
using Steering.Tensors;

namespace Steering.Fuzz.Targets;

/// <summary>Opens a sharded Hugging Face folder whose index is the input; nothing outside the folder may be opened.</summary>
internal sealed class ShardIndexTarget : IFuzzTarget
{
    private readonly ScratchFolder _folder = new();

    public ShardIndexTarget()
    {
        _folder.Write("config.json", """{"model_type":"llama","hidden_size":8,"intermediate_size":16,"num_hidden_layers":2,"num_attention_heads":2,"num_key_value_heads":1,"vocab_size":10,"max_position_embeddings":32,"rms_norm_eps":1e-5,"hidden_act":"silu"}"""u8);
        SafetensorsWriter.Write(_folder.File("a.safetensors"), [TensorData.FromFloat32("model.norm.weight", [8], new float[8])]);
        SafetensorsWriter.Write(_folder.File("b.safetensors"), [TensorData.FromFloat32("model.embed_tokens.weight", [10, 8], new float[80]), TensorData.FromFloat32("x", [1], new float[1])]);
    }

    public string Name => "shard-index";

    public bool IsJson => true;

    public IReadOnlyList<byte[]> Seeds { get; } =
        ["""{"metadata": {"total_size": 356}, "weight_map": {"model.norm.weight": "a.safetensors", "model.embed_tokens.weight": "b.safetensors", "x": "b.safetensors"}}"""u8.ToArray()];

    public IReadOnlyList<byte[]> Words { get; } =
        [.. new[] { "weight_map", "metadata", "model.norm.weight", "x", "a.safetensors", "b.safetensors", "./a.safetensors", "../a.safetensors", "/dev/zero", "a.safetensors/..", "sub/../a.safetensors", ".", "" }.Select(Encoding.ASCII.GetBytes)];

    public void Run(ReadOnlySpan<byte> input)
    {
        _folder.Write("model.safetensors.index.json", input);
        using var checkpoint = Checkpoint.Open(_folder.Path);
        foreach (var name in checkpoint.TensorNames)
        {
            checkpoint.ReadFloat32(name, new float[checkpoint.Describe(name).Count]);
        }
    }

    public void Dispose() => _folder.Dispose();
}
