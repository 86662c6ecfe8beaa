using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Steering.Export.Onnx;
using AttributeType = Steering.Export.Onnx.AttributeProto.Types.AttributeType;
using DataType = Steering.Export.Onnx.TensorProto.Types.DataType;

namespace Steering.Export.Sockets;

/// <summary>Collects the nodes and constants of one (sub-)graph under a common name prefix.</summary>
/// <param name="prefix">Start of every node, tensor and constant name.</param>
/// <param name="opset">Version of the default operator set that the model imports.</param>
internal sealed class NodeWriter(string prefix, long opset)
{
    private readonly Dictionary<string, string> _constants = new(StringComparer.Ordinal);

    public List<NodeProto> Nodes { get; } = [];

    public List<TensorProto> Constants { get; } = [];

    /// <summary>A writer for a sub-graph of this one.</summary>
    public NodeWriter Branch(string name) => new($"{prefix}/{name}", opset);

    /// <summary>Adds a node with one output and returns that output's name.</summary>
    public string Add(string operation, params ReadOnlySpan<string> inputs) => AddNode(operation, string.Empty, inputs, []);

    /// <summary>Adds a node of ONNX Runtime's own operator set.</summary>
    public string AddMicrosoft(string operation, ReadOnlySpan<string> inputs, params ReadOnlySpan<AttributeProto> attributes) =>
        AddNode(operation, "com.microsoft", inputs, attributes);

    /// <summary>Adds a node with attributes.</summary>
    public string AddWith(string operation, ReadOnlySpan<string> inputs, params ReadOnlySpan<AttributeProto> attributes) =>
        AddNode(operation, string.Empty, inputs, attributes);

    /// <summary>Converts to another element type.</summary>
    public string Cast(string tensor, DataType type) => AddWith("Cast", [tensor], Int("to", (int)type));

    /// <summary>Splits into equal parts.</summary>
    public string[] Split(string tensor, int parts, int axis)
    {
        // Before operator set 18 the number of outputs alone says how many parts there are.
        AttributeProto[] attributes = opset >= 18 ? [Int("axis", axis), Int("num_outputs", parts)] : [Int("axis", axis)];
        AddNode("Split", string.Empty, [tensor], attributes);
        return Outputs(parts);
    }

    /// <summary>The largest numbers along the last axis, in descending order.</summary>
    public string Largest(string tensor, string count)
    {
        AddNode("TopK", string.Empty, [tensor, count], [Int("axis", -1)]);
        return Outputs(2)[0];
    }

    /// <summary>Adds an <c>If</c> whose branches write their results in the given order.</summary>
    public string[] If(string condition, (NodeWriter Writer, string[] Results) then, (NodeWriter Writer, string[] Results) otherwise, params ReadOnlySpan<TypeProto.Types.Tensor> types)
    {
        AddNode("If", string.Empty, [condition], [Graph("then_branch", then, types), Graph("else_branch", otherwise, types)]);
        return Outputs(types.Length);
    }

    /// <summary>Number of elements of each tensor, i64 scalars.</summary>
    public string[] Sizes(params ReadOnlySpan<string> tensors)
    {
        var sizes = new string[tensors.Length];
        for (var tensor = 0; tensor < tensors.Length; tensor++)
        {
            sizes[tensor] = Add("Size", tensors[tensor]);
        }

        return sizes;
    }

    /// <summary>Whether any of the sizes is more than 0: a boolean scalar.</summary>
    public string AnyPositive(params ReadOnlySpan<string> sizes) => Add("Greater", sizes.Length == 1 ? sizes[0] : Add("Max", sizes), Scalar(0L));

    /// <summary>Whether any of the tensors holds an element: a boolean scalar.</summary>
    public string HoldsAny(params ReadOnlySpan<string> tensors) => AnyPositive(Sizes(tensors));

    /// <summary>Size of one dimension, an i64 that holds one element.</summary>
    public string Length(string tensor, int axis) => opset >= 15
        ? AddWith("Shape", [tensor], Int("start", axis), Int("end", axis + 1))
        : AddWith("Gather", [Add("Shape", tensor), Vector(axis)], Int("axis", 0));

    /// <summary>Sum over one axis, which stays with size 1 unless told otherwise. The sum of nothing is 0.</summary>
    public string Sum(string tensor, int axis, bool keep = true) => AddWith("ReduceSum", [tensor, Vector(axis)], Int("keepdims", keep ? 1 : 0));

    /// <summary>One line of a table along an axis that stays with size 1; zeros where the table has no lines.</summary>
    public string Line(string table, int number, int axis) => Sum(Add("Slice", table, Vector(number), Vector(number + 1), Vector(axis)), axis);

    /// <summary>A scalar f32 constant.</summary>
    public string Scalar(float value) => Constant(DataType.Float, [], MemoryMarshal.AsBytes<float>([value]), $"f{value.ToString("R", CultureInfo.InvariantCulture)}");

    /// <summary>A scalar i64 constant.</summary>
    public string Scalar(long value) => Constant(DataType.Int64, [], MemoryMarshal.AsBytes<long>([value]), $"i{value.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>An i64 constant of one element.</summary>
    public string Vector(long value) => Constant(DataType.Int64, [1], MemoryMarshal.AsBytes<long>([value]), $"v{value.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>An i64 constant that says a shape.</summary>
    public string Shape(params long[] sizes) => Constant(DataType.Int64, [sizes.Length], MemoryMarshal.AsBytes<long>(sizes), $"s{string.Join('_', sizes)}");

    /// <summary>An f32 constant without elements: every dimension is 1 but the last, which is 0.</summary>
    public string NoNumbers(int rank) => Constant(DataType.Float, Enumerable.Repeat(1L, rank - 1).Append(0), default, "none");

    /// <summary>The type of an <c>If</c>'s result; its shape only where a reader needs to know it.</summary>
    public static TypeProto.Types.Tensor Type(DataType type, TensorShapeProto? shape = null)
    {
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)type };
        if (shape is not null)
        {
            tensor.Shape = shape;
        }

        return tensor;
    }

    public static AttributeProto Int(string name, long value) => new() { Name = name, I = value, Type = AttributeType.Int };

    /// <summary>Gives the last node more outputs.</summary>
    private string[] Outputs(int count)
    {
        var node = Nodes[^1];
        while (node.Output.Count < count)
        {
            node.Output.Add($"{node.Name}/output_{node.Output.Count}");
        }

        return [.. node.Output];
    }

    private string AddNode(string operation, string domain, ReadOnlySpan<string> inputs, ReadOnlySpan<AttributeProto> attributes)
    {
        var name = $"{prefix}/{operation}_{Nodes.Count}";
        var node = new NodeProto { Name = name, OpType = operation };
        if (domain.Length > 0)
        {
            node.Domain = domain;
        }

        foreach (var input in inputs)
        {
            node.Input.Add(input);
        }

        foreach (var attribute in attributes)
        {
            node.Attribute.Add(attribute);
        }

        node.Output.Add($"{name}/output_0");
        Nodes.Add(node);
        return node.Output[0];
    }

    private string Constant(DataType type, IEnumerable<long> dimensions, ReadOnlySpan<byte> bytes, string name)
    {
        if (!_constants.TryGetValue(name, out var full))
        {
            full = $"{prefix}/{name}";
            var tensor = new TensorProto { Name = full, DataType = (int)type, RawData = ByteString.CopyFrom(bytes) };
            tensor.Dims.AddRange(dimensions);
            Constants.Add(tensor);
            _constants.Add(name, full);
        }

        return full;
    }

    private static AttributeProto Graph(string name, (NodeWriter Writer, string[] Results) branch, ReadOnlySpan<TypeProto.Types.Tensor> types)
    {
        var graph = new GraphProto { Name = name };
        graph.Node.AddRange(branch.Writer.Nodes);
        graph.Initializer.AddRange(branch.Writer.Constants);
        for (var result = 0; result < types.Length; result++)
        {
            graph.Output.Add(new ValueInfoProto { Name = branch.Results[result], Type = new TypeProto { TensorType = types[result].Clone() } });
        }

        return new AttributeProto { Name = name, G = graph, Type = AttributeType.Graph };
    }
}
