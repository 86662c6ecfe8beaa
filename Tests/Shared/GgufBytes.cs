using System.Runtime.InteropServices;
using System.Text;

namespace Steering.Tests;

/// <summary>Builds GGUF files by hand, field by field, right or wrong.</summary>
internal sealed class GgufBytes
{
    private readonly List<byte> _pairs = [];
    private readonly List<byte> _tensors = [];
    private readonly List<byte> _data = [];

    public uint Version { get; set; } = 3;

    public int Alignment { get; set; } = 32;

    /// <summary>Overrides the counted number of metadata pairs.</summary>
    public ulong PairCount { get; set; }

    /// <summary>Overrides the counted number of tensors.</summary>
    public ulong TensorCount { get; set; }

    public static byte[] Text(string text) => Text(Encoding.UTF8.GetBytes(text));

    public static byte[] Text(byte[] utf8) => [.. Of((ulong)utf8.Length), .. utf8];

    public static byte[] Of<T>(params T[] values)
        where T : unmanaged => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    /// <summary>Adds a pair: type number and the value's bytes.</summary>
    public GgufBytes Pair(string key, uint type, byte[] value)
    {
        _pairs.AddRange([.. Text(key), .. Of(type), .. value]);
        PairCount++;
        return this;
    }

    public GgufBytes Pair(string key, string value) => Pair(key, 8, Text(value));

    public GgufBytes Pair(string key, uint value) => Pair(key, 4, Of(value));

    public GgufBytes Pair(string key, float value) => Pair(key, 6, Of(value));

    public GgufBytes Pair(string key, string[] values) =>
        Pair(key, 9, [.. Of(8u), .. Of((ulong)values.Length), .. values.SelectMany(Text)]);

    /// <summary>Adds the description of a tensor as it is, with no data.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="fileShape">Sizes in file order: fastest first.</param>
    /// <param name="type">Type number.</param>
    /// <param name="offset">Offset in the tensor data.</param>
    public GgufBytes Describe(string name, ulong[] fileShape, uint type, ulong offset)
    {
        _tensors.AddRange([.. Text(name), .. Of((uint)fileShape.Length), .. Of(fileShape), .. Of(type), .. Of(offset)]);
        TensorCount++;
        return this;
    }

    /// <summary>Adds a tensor with its data behind the others.</summary>
    public GgufBytes Tensor(string name, ulong[] fileShape, uint type, byte[] bytes)
    {
        Data(new byte[Pad(_data.Count)]);
        Describe(name, fileShape, type, (ulong)_data.Count);
        return Data(bytes);
    }

    /// <summary>Adds bytes to the tensor data.</summary>
    public GgufBytes Data(byte[] bytes)
    {
        _data.AddRange(bytes);
        return this;
    }

    public byte[] Build()
    {
        byte[] head = [.. "GGUF"u8, .. Of(Version), .. Of(TensorCount), .. Of(PairCount), .. _pairs, .. _tensors];
        return [.. head, .. new byte[Pad(head.Length)], .. _data];
    }

    private int Pad(int position) => (Alignment - (position % Alignment)) % Alignment;
}
