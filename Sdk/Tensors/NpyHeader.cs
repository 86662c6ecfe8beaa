using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.RegularExpressions;

namespace Steering.Tensors;

/// <summary>The head of a <c>.npy</c> array: element type, order and shape.</summary>
/// <param name="Info">Name, type and shape.</param>
/// <param name="Fortran">Whether the first dimension runs fastest.</param>
/// <param name="Length">Bytes before the elements.</param>
internal sealed partial record NpyHeader(TensorInfo Info, bool Fortran, int Length)
{
    /// <summary>Longest text of a header accepted; numpy's own limit.</summary>
    private const int MaximumText = 10_000;

    private const int MaximumDimensions = 8;

    /// <summary>Reads the head from a stream that stands at its first byte.</summary>
    /// <param name="source">The array, for messages.</param>
    /// <param name="name">Name of the tensor.</param>
    /// <param name="stream">The bytes.</param>
    /// <param name="checksum">Receives what was read.</param>
    /// <exception cref="SteeringException">It is no such head, or one of elements that are not read.</exception>
    public static NpyHeader Read(string source, string name, Stream stream, Crc32 checksum)
    {
        Span<byte> start = stackalloc byte[8];
        stream.ReadExactly(start);
        checksum.Append(start);
        if (start[0] != 0x93 || !start[1..6].SequenceEqual("NUMPY"u8))
        {
            throw new SteeringException($"{source} is not an array of numpy: it does not begin with \\x93NUMPY.");
        }

        var wide = start[6] is 2 or 3;
        if (start[6] is < 1 or > 3 || start[7] != 0)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{source} is of .npy version {start[6]}.{start[7]}; versions 1.0, 2.0 and 3.0 are read."));
        }

        Span<byte> size = stackalloc byte[wide ? 4 : 2];
        stream.ReadExactly(size);
        checksum.Append(size);
        var length = wide ? BinaryPrimitives.ReadUInt32LittleEndian(size) : BinaryPrimitives.ReadUInt16LittleEndian(size);
        if (length > MaximumText)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{source}: the array's head has {length} bytes; at most {MaximumText} are read."));
        }

        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        checksum.Append(bytes);
        return Parse(source, name, Encoding.Latin1.GetString(bytes), start.Length + size.Length + bytes.Length);
    }

    private static NpyHeader Parse(string source, string name, string text, int length)
    {
        if (text.Contains("'descr': [", StringComparison.Ordinal))
        {
            throw new SteeringException($"{source}: the array holds records of several fields; plain arrays of numbers are read.");
        }

        var match = Dictionary().Match(text);
        var keys = match.Groups["key"].Captures;
        if (!match.Success || keys.Select(key => key.Value).Distinct(StringComparer.Ordinal).Count() != 3)
        {
            throw new SteeringException($"{source}: the array's head is not one that numpy writes: {Shown(text)}.");
        }

        var values = keys.Zip(match.Groups["value"].Captures).ToDictionary(pair => pair.First.Value, pair => pair.Second.Value, StringComparer.Ordinal);
        if (values["descr"][0] != '\'' || values["shape"][0] != '(' || values["fortran_order"] is not ("True" or "False"))
        {
            throw new SteeringException($"{source}: the array's head is not one that numpy writes: {Shown(text)}.");
        }

        return new NpyHeader(new TensorInfo(name, Element(source, values["descr"].Trim('\'')), Shape(source, values["shape"])), values["fortran_order"] == "True", length);
    }

    private static TensorElementType Element(string source, string description) => description switch
    {
        "<f4" => TensorElementType.Float32,
        "<f2" => TensorElementType.Float16,
        "<f8" => TensorElementType.Float64,
        "<i8" => TensorElementType.Int64,
        "<i4" => TensorElementType.Int32,
        "<i2" => TensorElementType.Int16,
        "|i1" => TensorElementType.Int8,
        "|u1" => TensorElementType.UInt8,
        "|b1" => TensorElementType.Bool,
        "|O" => throw new SteeringException($"{source}: the array holds Python objects, which are stored as a pickle and can run any code when they are opened; this library never opens one. Save plain arrays of numbers."),
        ['>', ..] => throw new SteeringException($"{source}: the array is big-endian ('{description}'); save it with array.astype('<f4')."),
        _ => throw new SteeringException($"{source}: the array has elements '{description}'; read are <f4, <f2, <f8 and integers. Save it with array.astype('<f4')."),
    };

    private static long[] Shape(string source, string text)
    {
        var parts = text[1..^1].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var shape = new long[parts.Length];
        long count = 1;
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts.Length > MaximumDimensions
                || !long.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out shape[i])
                || (shape[i] > 0 && count > Array.MaxLength / shape[i]))
            {
                throw new SteeringException($"{source}: the array has the shape {text}, which is no shape that can be read.");
            }

            count *= shape[i];
        }

        return shape;
    }

    private static string Shown(string text)
    {
        const int Characters = 80;
        var plain = string.Concat(text.Select(character => char.IsAscii(character) && !char.IsControl(character) ? character : '?'));
        return plain.Length <= Characters ? plain : plain[..Characters] + "…";
    }

    [GeneratedRegex(@"^\{\s*(?:'(?<key>descr|fortran_order|shape)'\s*:\s*(?<value>'[^']{1,32}'|True|False|\([0-9, ]{0,256}\))\s*,?\s*){3}\}\s*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Dictionary();
}
