using Steering.Tensors;
using Steering.Tests;
using Steering.Vectors;

namespace Steering.Fuzz.Targets;

/// <summary>Loads steering vectors of both formats; the first bytes decide which.</summary>
internal sealed class VectorTarget : IFuzzTarget
{
    private readonly ScratchFolder _folder = new();

    public VectorTarget()
    {
        var path = _folder.File("seed.safetensors");
        SafetensorsWriter.Write(
            path,
            [TensorData.FromFloat32("resid_post.3", [4], new float[] { 1, 0, -1, 2 }), TensorData.FromFloat32("resid_post.11", [1, 4], new float[] { 1, 2, 3, 4 })],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["method"] = "diffmean", ["model"] = "tiny" });
        Seeds =
        [
            File.ReadAllBytes(path),
            new GgufBytes().Pair("general.architecture", "controlvector").Pair("controlvector.model_hint", "llama")
                .Tensor("direction.1", [4], 0, GgufBytes.Of(1f, 2, 3, 4)).Tensor("direction.2", [4], 0, GgufBytes.Of(4f, 3, 2, 1)).Build(),
        ];
    }

    public string Name => "vector";

    public IReadOnlyList<byte[]> Seeds { get; }

    public IReadOnlyList<byte[]> Words { get; } =
        [.. new[] { "resid_post.", "resid_post.3", "direction.", "direction.1", "direction.99999999999", "controlvector", "controlvector.layer_count", "F32", "F16", "I64" }.Select(System.Text.Encoding.ASCII.GetBytes)];

    public byte[] Mend(byte[] input) => input.AsSpan().StartsWith("GGUF"u8) ? input : SafetensorsSeeds.Mend(input);

    public void Run(ReadOnlySpan<byte> input)
    {
        var vectors = VectorFile.Load(_folder.Write(input.StartsWith("GGUF"u8) ? "input.gguf" : "input.safetensors", input));
        foreach (var vector in vectors)
        {
            foreach (var value in vector.Direction.Span)
            {
                if (!float.IsFinite(value))
                {
                    throw new InvalidOperationException($"The vector at {vector.Site} holds {value}.");
                }
            }
        }
    }

    public void Dispose() => _folder.Dispose();
}
