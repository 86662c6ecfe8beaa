using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;

namespace Steering.Tensors;

/// <summary>
/// The checked header of a safetensors file: an 8-byte length, JSON of that length, then the tensors' bytes back to
/// back. Nothing is allocated by a number in the file before that number is checked.
/// </summary>
internal sealed class SafetensorsHeader
{
    /// <summary>Name under which the header keeps free strings.</summary>
    public const string MetadataName = "__metadata__";

    /// <summary>Longest header accepted, as in the reference implementation.</summary>
    public const int MaximumLength = 100_000_000;

    private const int MaximumDepth = 3;
    private const int MaximumRank = 32;
    private const int MaximumNameBytes = 4096;
    private const int PrefixLength = sizeof(ulong);

    private readonly string _path;
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Entry> _tensors = new(StringComparer.Ordinal);

    private SafetensorsHeader(string path) => _path = path;

    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    public IReadOnlyDictionary<string, Entry> Tensors => _tensors;

    /// <summary>Offset of the first tensor's bytes in the file.</summary>
    public long DataStart { get; private set; }

    /// <summary>Length of the header's JSON, from the first 8 bytes of a file of <paramref name="fileLength"/> bytes.</summary>
    public static int CheckedLength(string path, ReadOnlySpan<byte> prefix, long fileLength)
    {
        if (prefix.Length < PrefixLength)
        {
            throw Refusal(path, $"it has {fileLength} bytes, fewer than the {PrefixLength} of a safetensors header length. It is truncated or of another format");
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > MaximumLength)
        {
            throw Refusal(path, $"it announces a header of {length} bytes; at most {MaximumLength} are accepted. It is damaged or of another format");
        }

        if ((long)length > fileLength - PrefixLength)
        {
            throw Refusal(path, $"it announces a header of {length} bytes, but only {fileLength - PrefixLength} bytes follow. It is truncated");
        }

        return (int)length;
    }

    /// <summary>Parses and checks the JSON of a header.</summary>
    public static SafetensorsHeader Parse(string path, ReadOnlySpan<byte> json, long fileLength)
    {
        if (json.IsEmpty || json[0] != (byte)'{')
        {
            throw Refusal(path, "its header does not begin with '{'. It is damaged or of another format");
        }

        var header = new SafetensorsHeader(path) { DataStart = PrefixLength + json.Length };
        try
        {
            header.ReadTensors(json);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException)
        {
            // Utf8JsonReader reports bad UTF-8 as InvalidOperationException and a wrong kind of value likewise.
            throw new SteeringException($"{path} is not a valid safetensors file: its header is not the expected JSON: {failure.Message}", failure);
        }

        header.CheckCoverage(fileLength - header.DataStart);
        return header;
    }

    private void ReadTensors(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaximumDepth });
        Expect(ref reader, JsonTokenType.StartObject, "the header");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = ReadName(ref reader);
            Expect(ref reader, JsonTokenType.StartObject, name);
            if (string.Equals(name, MetadataName, StringComparison.Ordinal))
            {
                ReadMetadata(ref reader);
            }
            else if (!_tensors.TryAdd(name, ReadEntry(ref reader, name)))
            {
                throw Refusal(_path, $"tensor '{name}' appears twice in its header");
            }
        }

        // Reading on meets the padding, and refuses anything else behind the object.
        while (reader.Read())
        {
        }
    }

    private string ReadName(ref Utf8JsonReader reader) =>
        reader.ValueSpan.Length <= MaximumNameBytes
            ? reader.GetString()!
            : throw Refusal(_path, $"a name in its header is {reader.ValueSpan.Length} bytes long; at most {MaximumNameBytes} are accepted");

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = ReadName(ref reader);
            Expect(ref reader, JsonTokenType.String, $"{MetadataName}.{key}");
            if (!_metadata.TryAdd(key, reader.GetString()!))
            {
                throw Refusal(_path, $"key '{key}' appears twice in its {MetadataName}");
            }
        }
    }

    private Entry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        TensorElementType? type = null;
        long[]? shape = null;
        long[]? offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = ReadName(ref reader);
            switch (field)
            {
                case "dtype" when type is null:
                    Expect(ref reader, JsonTokenType.String, $"{name}.dtype");
                    type = ParseType(name, reader.GetString()!);
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(ref reader, name, field, MaximumRank);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(ref reader, name, field, 2);
                    break;
                default:
                    throw Refusal(_path, $"tensor '{name}' has the field '{field}' twice or unexpectedly; dtype, shape and data_offsets were expected, once each");
            }
        }

        if (type is not { } elementType || shape is null || offsets is not [var begin, var end])
        {
            throw Refusal(_path, $"tensor '{name}' needs the fields dtype, shape and data_offsets (two numbers)");
        }

        CheckSize(name, elementType, shape, begin, end);
        return new Entry(new TensorInfo(name, elementType, shape), begin);
    }

    private TensorElementType ParseType(string name, string text) =>
        TensorElementTypes.TryParse(text, out var type)
            ? type
            : throw Refusal(_path, $"tensor '{name}' has the dtype '{text}'; one of {TensorElementTypes.KnownNames} was expected. Convert the tensor to one of these");

    private long[] ReadNumbers(ref Utf8JsonReader reader, string name, string field, int maximum)
    {
        Expect(ref reader, JsonTokenType.StartArray, $"{name}.{field}");
        var numbers = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var number) || number < 0)
            {
                throw Refusal(_path, $"tensor '{name}' has something in {field} that is not a whole number from 0 to {long.MaxValue}");
            }

            if (numbers.Count == maximum)
            {
                throw Refusal(_path, $"tensor '{name}' has more than {maximum} numbers in {field}");
            }

            numbers.Add(number);
        }

        return [.. numbers];
    }

    private void CheckSize(string name, TensorElementType type, long[] shape, long begin, long end)
    {
        var shapeText = string.Join(", ", shape);
        long expected;
        try
        {
            expected = shape.Aggregate((long)type.Size(), (product, size) => checked(product * size));
        }
        catch (OverflowException failure)
        {
            throw new SteeringException($"{_path} is not a valid safetensors file: tensor '{name}' has the shape [{shapeText}], whose size overflows 64 bits.", failure);
        }

        if (end < begin || end - begin != expected)
        {
            throw Refusal(_path, $"tensor '{name}' ({type.SafetensorsName()} [{shapeText}]) needs {expected} bytes, but its data_offsets are [{begin}, {end}]");
        }
    }

    private void CheckCoverage(long dataLength)
    {
        var position = 0L;
        foreach (var (name, entry) in _tensors.OrderBy(pair => pair.Value.Begin).ThenBy(pair => pair.Value.Info.ByteCount))
        {
            var end = entry.Begin + entry.Info.ByteCount;
            if (end > dataLength)
            {
                throw Refusal(_path, $"tensor '{name}' ends at byte {end} of the data, but the file holds only {dataLength}. It is truncated");
            }

            if (entry.Begin != position)
            {
                var fault = entry.Begin < position ? "overlaps the tensor before it" : "leaves a gap before it";
                throw Refusal(_path, $"tensor '{name}' begins at byte {entry.Begin} of the data and {fault}; {position} was expected");
            }

            position = end;
        }

        if (position != dataLength)
        {
            throw Refusal(_path, $"its tensors cover {position} bytes, but the file holds {dataLength} bytes of data");
        }
    }

    private void Expect(ref Utf8JsonReader reader, JsonTokenType expected, string where)
    {
        if (!reader.Read() || reader.TokenType != expected)
        {
            throw Refusal(_path, string.Create(CultureInfo.InvariantCulture, $"{where} has a {reader.TokenType} in its header where a {expected} was expected"));
        }
    }

    private static SteeringException Refusal(string path, string reason) =>
        new($"{path} is not a valid safetensors file: {reason}.");

    /// <summary>A tensor and where its bytes begin after <see cref="DataStart"/>.</summary>
    public readonly record struct Entry(TensorInfo Info, long Begin);
}
