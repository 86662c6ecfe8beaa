using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Steering.Tensors;

/// <summary>Reads the values of a GGUF file one after another; every length is checked against what remains before it is used.</summary>
internal ref struct GgufReader(string path, ReadOnlySpan<byte> data)
{
    private const int MaximumDepth = 8;
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _data = data;

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    public readonly int Remaining => _data.Length - Position;

    public T Read<T>(string what)
        where T : unmanaged
    {
        var size = Unsafe.SizeOf<T>();
        if (size > Remaining)
        {
            throw Refusal($"it ends inside {what}: {size} bytes were expected, {Remaining} remain. It is truncated");
        }

        var value = MemoryMarshal.Read<T>(_data[Position..]);
        Position += size;
        return value;
    }

    /// <summary>A 64-bit count of things that take at least <paramref name="minimumBytes"/> each.</summary>
    public int ReadCount(string what, int minimumBytes)
    {
        var count = Read<ulong>(what);
        return count <= (ulong)(Remaining / minimumBytes)
            ? (int)count
            : throw Refusal($"{what} is {count}, more than its remaining {Remaining} bytes can hold");
    }

    public string ReadString(string what, int maximumBytes)
    {
        var length = ReadCount($"the length of {what}", 1);
        if (length > maximumBytes)
        {
            throw Refusal($"{what} is {length} bytes long; at most {maximumBytes} are accepted");
        }

        var bytes = _data.Slice(Position, length);
        Position += length;
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException failure)
        {
            throw Refusal($"{what} is not UTF-8", failure);
        }
    }

    public GgufValue ReadValue(string key) => ReadValue(key, ReadType(key), MaximumDepth);

    public readonly SteeringException Refusal(string reason, Exception? cause = null) =>
        new($"{path} is not a valid GGUF file: {reason}.", cause!);

    private GgufValueType ReadType(string key)
    {
        var type = Read<uint>($"the type of '{key}'");
        return type <= (uint)GgufValueType.Float64
            ? (GgufValueType)type
            : throw Refusal($"the metadata key '{key}' has the unknown type {type}; 0 to {(int)GgufValueType.Float64} were expected");
    }

    private GgufValue ReadValue(string key, GgufValueType type, int depth)
    {
        var what = $"the value of '{key}'";
        object value = type switch
        {
            GgufValueType.UInt8 => Read<byte>(what),
            GgufValueType.Int8 => Read<sbyte>(what),
            GgufValueType.UInt16 => Read<ushort>(what),
            GgufValueType.Int16 => Read<short>(what),
            GgufValueType.UInt32 => Read<uint>(what),
            GgufValueType.Int32 => Read<int>(what),
            GgufValueType.Float32 => Read<float>(what),
            GgufValueType.Bool => ReadBoolean(what),
            GgufValueType.String => ReadString(what, int.MaxValue),
            GgufValueType.UInt64 => Read<ulong>(what),
            GgufValueType.Int64 => Read<long>(what),
            GgufValueType.Float64 => Read<double>(what),
            _ => ReadArray(key, depth),
        };
        return new GgufValue(key, type, value);
    }

    private bool ReadBoolean(string what)
    {
        var value = Read<byte>(what);
        return value <= 1 ? value == 1 : throw Refusal($"{what} is {value}; a boolean is 0 or 1");
    }

    private Array ReadArray(string key, int depth)
    {
        if (depth == 0)
        {
            throw Refusal($"the metadata key '{key}' nests arrays more than {MaximumDepth} deep");
        }

        var type = ReadType(key);
        var what = $"the array '{key}'";
        switch (type)
        {
            case GgufValueType.UInt8:
                return ReadNumbers<byte>(what);
            case GgufValueType.Int8:
                return ReadNumbers<sbyte>(what);
            case GgufValueType.UInt16:
                return ReadNumbers<ushort>(what);
            case GgufValueType.Int16:
                return ReadNumbers<short>(what);
            case GgufValueType.UInt32:
                return ReadNumbers<uint>(what);
            case GgufValueType.Int32:
                return ReadNumbers<int>(what);
            case GgufValueType.UInt64:
                return ReadNumbers<ulong>(what);
            case GgufValueType.Int64:
                return ReadNumbers<long>(what);
            case GgufValueType.Float32:
                return ReadNumbers<float>(what);
            case GgufValueType.Float64:
                return ReadNumbers<double>(what);
            case GgufValueType.Bool:
                var booleans = new bool[ReadCount($"the length of {what}", 1)];
                for (var i = 0; i < booleans.Length; i++)
                {
                    booleans[i] = ReadBoolean(what);
                }

                return booleans;
            case GgufValueType.String:
                var strings = new string[ReadCount($"the length of {what}", sizeof(ulong))];
                for (var i = 0; i < strings.Length; i++)
                {
                    strings[i] = ReadString(what, int.MaxValue);
                }

                return strings;
            default:
                // An inner array takes at least its element type and its length.
                var arrays = new GgufValue[ReadCount($"the length of {what}", sizeof(uint) + sizeof(ulong))];
                for (var i = 0; i < arrays.Length; i++)
                {
                    arrays[i] = new GgufValue(key, GgufValueType.Array, ReadArray(key, depth - 1));
                }

                return arrays;
        }
    }

    private T[] ReadNumbers<T>(string what)
        where T : unmanaged
    {
        var values = new T[ReadCount($"the length of {what}", Unsafe.SizeOf<T>())];
        var bytes = MemoryMarshal.AsBytes(values.AsSpan());
        _data.Slice(Position, bytes.Length).CopyTo(bytes);
        Position += bytes.Length;
        return values;
    }
}
