using System.Text;
using Steering.Tensors;

namespace Steering.Fuzz.Targets;

/// <summary>Opens a safetensors file and reads every tensor in every way.</summary>
internal sealed class SafetensorsTarget : IFuzzTarget
{
    private readonly ScratchFolder _folder = new();

    public SafetensorsTarget() => Seeds = SafetensorsSeeds.All(_folder);

    public string Name => "safetensors";

    public IReadOnlyList<byte[]> Seeds { get; }

    public IReadOnlyList<byte[]> Words { get; } =
        [.. new[] { "F32", "F16", "BF16", "F64", "I8", "I16", "I32", "I64", "U8", "BOOL", "F8_E4M3", "dtype", "shape", "data_offsets", "__metadata__", "a" }.Select(Encoding.ASCII.GetBytes)];

    public byte[] Mend(byte[] input) => SafetensorsSeeds.Mend(input);

    public void Run(ReadOnlySpan<byte> input)
    {
        using var file = SafetensorsFile.Open(_folder.Write("input.safetensors", input));
        var total = 0L;
        foreach (var name in file.Names)
        {
            var info = file.Describe(name);
            total += file.Bytes(name).Length;
            if (file.ReadFloat32(name).Length != info.Count)
            {
                throw new InvalidOperationException($"Tensor '{name}' was read with another number of elements than described.");
            }
        }

        if (total > input.Length)
        {
            throw new InvalidOperationException($"The tensors cover {total} bytes of a file of {input.Length}.");
        }
    }

    public void Dispose() => _folder.Dispose();
}
