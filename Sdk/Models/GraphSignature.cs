using System.Text;
using Steering.Tensors;

namespace Steering.Models;

/// <summary>Names and shapes of an ONNX graph's inputs and outputs, read from the file without its nodes and weights.</summary>
internal sealed class GraphSignature
{
    private const int MostValues = 1 << 16;
    private const int LongestName = 1 << 12;

    private readonly Dictionary<string, long[]?> _inputs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long[]?> _outputs = new(StringComparer.Ordinal);
    private readonly string _path;

    private GraphSignature(string path) => _path = path;

    /// <summary>Shapes by name: −1 where a dimension is not fixed, null where the graph gives none.</summary>
    public IReadOnlyDictionary<string, long[]?> Inputs => _inputs;

    /// <inheritdoc cref="Inputs"/>
    public IReadOnlyDictionary<string, long[]?> Outputs => _outputs;

    /// <summary>Reads a file.</summary>
    /// <exception cref="SteeringException">It is missing, empty, or no ONNX graph.</exception>
    public static GraphSignature Read(string path)
    {
        // Pipes and devices have no length either, and opening one would wait for whoever writes to it.
        if (!File.Exists(path) || new FileInfo(path).Length is var length && length == 0)
        {
            throw new SteeringException($"{path} does not exist, is empty, or is no plain file; the model's graph was expected. Make the folder again with 'steer import'.");
        }

        if (length > int.MaxValue)
        {
            throw new SteeringException($"{path} has {length} bytes; an ONNX file ends at {int.MaxValue}, with larger weights in an external data file.");
        }

        using var file = MappedFile.Open(path);
        return Read(file.Span(0, (int)length), path);
    }

    /// <summary>Reads a graph's bytes.</summary>
    /// <param name="bytes">A serialised <c>ModelProto</c>.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="SteeringException">They are no ONNX graph.</exception>
    public static GraphSignature Read(ReadOnlySpan<byte> bytes, string path)
    {
        var signature = new GraphSignature(path);
        var model = new Fields(bytes, path);
        while (model.Next())
        {
            // ModelProto.graph
            if (model is { Number: 7, IsBytes: true })
            {
                signature.ReadGraph(model.Bytes);
            }
        }

        return signature._outputs.Count > 0 ? signature : throw Damaged(path);
    }

    private void ReadGraph(ReadOnlySpan<byte> bytes)
    {
        var graph = new Fields(bytes, _path);
        while (graph.Next())
        {
            // GraphProto.input and GraphProto.output
            if (graph is { Number: 11 or 12, IsBytes: true })
            {
                ReadValue(graph.Bytes, graph.Number == 11 ? _inputs : _outputs);
            }
        }
    }

    private void ReadValue(ReadOnlySpan<byte> bytes, Dictionary<string, long[]?> values)
    {
        var value = new Fields(bytes, _path);
        var (name, shape) = (string.Empty, (long[]?)null);
        while (value.Next())
        {
            switch (value.Number)
            {
                case 1 when value.IsBytes:
                    name = value.Bytes.Length <= LongestName ? Encoding.UTF8.GetString(value.Bytes) : throw Damaged(_path);
                    break;
                case 2 when value.IsBytes:
                    // TypeProto.tensor_type, its shape
                    shape = Inner(Inner(value.Bytes, 1), 2) is { IsEmpty: false } dimensions ? Shape(dimensions) : null;
                    break;
            }
        }

        if (values.Count == MostValues || !values.TryAdd(name, shape))
        {
            throw Damaged(_path);
        }
    }

    private long[] Shape(ReadOnlySpan<byte> bytes)
    {
        var dimensions = new List<long>();
        var shape = new Fields(bytes, _path);
        while (shape.Next())
        {
            if (shape is { Number: 1, IsBytes: true })
            {
                var size = -1L;
                var dimension = new Fields(shape.Bytes, _path);
                while (dimension.Next())
                {
                    size = dimension is { Number: 1, IsBytes: false } ? (long)dimension.Value : size;
                }

                dimensions.Add(size);
            }
        }

        return dimensions.Count <= 64 ? [.. dimensions] : throw Damaged(_path);
    }

    private ReadOnlySpan<byte> Inner(ReadOnlySpan<byte> bytes, int number)
    {
        var fields = new Fields(bytes, _path);
        var found = ReadOnlySpan<byte>.Empty;
        while (fields.Next())
        {
            found = fields.IsBytes && fields.Number == number ? fields.Bytes : found;
        }

        return found;
    }

    private static SteeringException Damaged(string path) => new($"{path} is not an ONNX graph, or is damaged. Make the folder again with 'steer import'.");

    /// <summary>The fields of one protobuf message, one after the other.</summary>
    private ref struct Fields(ReadOnlySpan<byte> bytes, string path)
    {
        private ReadOnlySpan<byte> _rest = bytes;

        public int Number { get; private set; }

        public bool IsBytes { get; private set; }

        public ulong Value { get; private set; }

        public ReadOnlySpan<byte> Bytes { get; private set; }

        public bool Next()
        {
            if (_rest.IsEmpty)
            {
                return false;
            }

            var tag = Varint();
            (Number, IsBytes, Value) = ((int)Math.Min(tag >> 3, int.MaxValue), false, 0);
            Bytes = default;
            switch (tag & 7)
            {
                case 0:
                    Value = Varint();
                    break;
                case 1:
                    Take(8);
                    break;
                case 2:
                    IsBytes = true;
                    Bytes = Take(Varint());
                    break;
                case 5:
                    Take(4);
                    break;
                default:
                    throw Damaged(path);
            }

            return Number > 0 ? true : throw Damaged(path);
        }

        private ReadOnlySpan<byte> Take(ulong length)
        {
            if (length > (ulong)_rest.Length)
            {
                throw Damaged(path);
            }

            var taken = _rest[..(int)length];
            _rest = _rest[(int)length..];
            return taken;
        }

        private ulong Varint()
        {
            var value = 0UL;
            for (var shift = 0; shift < 64; shift += 7)
            {
                var next = Take(1)[0];
                value |= (ulong)(next & 0x7F) << shift;
                if (next < 0x80)
                {
                    return value;
                }
            }

            throw Damaged(path);
        }
    }
}
