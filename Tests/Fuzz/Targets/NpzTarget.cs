using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using Steering.Saes.Formats;
using Steering.Tensors;
using Steering.Tests;

namespace Steering.Fuzz.Targets;

/// <summary>Opens a numpy archive, reads every array, and loads it as Gemma Scope's SAE.</summary>
internal sealed class NpzTarget : IFuzzTarget
{
    private const int LocalHeader = 0x04034B50;
    private const int LocalHeaderBytes = 30;
    private readonly ScratchFolder _folder = new();

    public NpzTarget() => Seeds =
    [
        Seed(compressed: false),
        Seed(compressed: true),
    ];

    public string Name => "npz";

    public IReadOnlyList<byte[]> Seeds { get; }

    public IReadOnlyList<byte[]> Words { get; } =
        [.. new[] { "<f4", "<f2", "<f8", "|O", ">f4", "|b1", "<i8", "True", "False", "descr", "fortran_order", "shape", "(4, 8)", "(8,)", "()", "W_enc.npy", "W_dec.npy", "b_enc.npy", "b_dec.npy", "threshold.npy", "../" }.Select(Encoding.ASCII.GetBytes)];

    /// <summary>Gives stored arrays the checksum of what they now hold, so that damage gets past it.</summary>
    public byte[] Mend(byte[] input)
    {
        for (var at = 0; at + LocalHeaderBytes < input.Length; at++)
        {
            if (BinaryPrimitives.ReadInt32LittleEndian(input.AsSpan(at)) != LocalHeader || BinaryPrimitives.ReadInt16LittleEndian(input.AsSpan(at + 8)) != 0)
            {
                continue;
            }

            var name = BinaryPrimitives.ReadUInt16LittleEndian(input.AsSpan(at + 26));
            var start = at + LocalHeaderBytes + name + BinaryPrimitives.ReadUInt16LittleEndian(input.AsSpan(at + 28));
            var length = BinaryPrimitives.ReadInt32LittleEndian(input.AsSpan(at + 18));
            if (length <= 0 || start > input.Length - length)
            {
                continue;
            }

            var entry = input.AsSpan(at + LocalHeaderBytes, name);
            for (var place = start + length; place + 46 + name <= input.Length; place++)
            {
                if (BinaryPrimitives.ReadInt32LittleEndian(input.AsSpan(place)) == 0x02014B50 && input.AsSpan(place + 46, name).SequenceEqual(entry))
                {
                    BinaryPrimitives.WriteUInt32LittleEndian(input.AsSpan(place + 16), Crc32.HashToUInt32(input.AsSpan(start, length)));
                }
            }
        }

        return input;
    }

    public void Run(ReadOnlySpan<byte> input)
    {
        var path = _folder.Write("params.npz", input);
        using (var file = NpzFile.Open(path))
        {
            foreach (var name in file.Names)
            {
                if (file.ReadFloat32(name).Length != file.Describe(name).Count)
                {
                    throw new InvalidOperationException($"Array '{name}' was read with another number of elements than described.");
                }
            }
        }

        if (SaeFolder.Load(path) is { HiddenSize: 4 } sae)
        {
            sae.Encode([1, -2, 3, 0.5f], 1, new float[sae.LatentCount]);
        }
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Seed(bool compressed) => NpzBytes.Zip(
        compressed,
        ("W_enc.npy", NpzBytes.Array(Ramp(32), 4, 8)),
        ("W_dec.npy", NpzBytes.Array(Ramp(32), 8, 4)),
        ("b_enc.npy", NpzBytes.Array(Ramp(8), 8)),
        ("b_dec.npy", NpzBytes.Array(Ramp(4), 4)),
        ("threshold.npy", NpzBytes.Array(Ramp(8), 8)));

    private static float[] Ramp(int count) => [.. Enumerable.Range(0, count).Select(i => ((i * 7 % 11) - 5) / 4f)];
}
