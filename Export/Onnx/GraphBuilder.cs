using System.Runtime.InteropServices;
using Google.Protobuf;
using static Steering.Export.Onnx.TensorProto.Types;

namespace Steering.Export.Onnx;

/// <summary>
/// Writes an ONNX graph node by node. Outputs of a node are named <c>{node}/output_{i}</c>, as Microsoft's model builder
/// does, so that tools which know its graphs know ours.
/// </summary>
internal sealed class GraphBuilder
{
    /// <summary>Domain of ONNX Runtime's own operators.</summary>
    public const string Microsoft = "com.microsoft";

    private readonly GraphBuilder _root;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GraphValue> _constants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorContent> _contents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _sharedWith = new(StringComparer.Ordinal);

    /// <summary>Starts an empty model.</summary>
    /// <param name="graphName">Name of the graph.</param>
    /// <param name="opset">Version of the ONNX operator set; 21 is what ORT's quantised graphs use. The file's version is the oldest that has it.</param>
    /// <param name="runtimeOperators">Whether ORT's own operators may be used too; without, any runtime that has the operator set reads the model.</param>
    public GraphBuilder(string graphName, int opset = 21, bool runtimeOperators = true)
    {
        _root = this;
        Model = new ModelProto
        {
            IrVersion = opset switch { <= 18 => 8, <= 20 => 9, _ => 10 },
            ProducerName = "Steering",
            Graph = new GraphProto { Name = graphName },
        };
        Model.OpsetImport.Add(new OperatorSetIdProto { Domain = string.Empty, Version = opset });
        if (runtimeOperators)
        {
            Model.OpsetImport.Add(new OperatorSetIdProto { Domain = Microsoft, Version = 1 });
        }
    }

    private GraphBuilder(GraphBuilder root, string graphName)
    {
        _root = root;
        (_names, _constants, _contents, _sharedWith) = (root._names, root._constants, root._contents, root._sharedWith);
        Model = new ModelProto { Graph = new GraphProto { Name = graphName } };
    }

    /// <summary>The model as built so far; initialisers made by <see cref="Weight"/> have no bytes yet.</summary>
    public ModelProto Model { get; }

    /// <summary>Bytes of the initialisers that go to the external data file, by initialiser.</summary>
    public IReadOnlyDictionary<string, TensorContent> Contents => _contents;

    /// <summary>Initialisers that are a second view of another one's bytes: view → owner.</summary>
    public IReadOnlyDictionary<string, string> SharedWith => _sharedWith;

    /// <summary>Adds a line of metadata to the model.</summary>
    public void Metadata(string key, string value) =>
        Model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });

    /// <summary>
    /// Starts the body of a loop. It may read everything written so far; constants and weights it asks for are kept by
    /// the outer graph. Give its <c>Model.Graph</c> to <see cref="AttributeValue.Graph"/>.
    /// </summary>
    /// <param name="graphName">Name of the body.</param>
    public GraphBuilder Body(string graphName) => new(_root, graphName);

    /// <summary>Declares a graph input.</summary>
    public GraphValue Input(string name, DataType type, params ReadOnlySpan<GraphDimension> shape)
    {
        Model.Graph.Input.Add(ValueInfo(Claim(name), type, shape));
        return new(name, type);
    }

    /// <summary>Declares that a value leaves the graph, under its own name.</summary>
    public void Output(GraphValue value, params ReadOnlySpan<GraphDimension> shape) =>
        Model.Graph.Output.Add(ValueInfo(value.Name, value.Type, shape));

    /// <summary>Adds a node of the ONNX domain with one output of the type of its first input.</summary>
    public GraphValue Add(string op, string name, ReadOnlySpan<GraphValue> inputs, params ReadOnlySpan<AttributeValue> attributes) =>
        Add(op, name, inputs, inputs[0].Type, attributes);

    /// <summary>Adds a node of the ONNX domain with one output.</summary>
    public GraphValue Add(string op, string name, ReadOnlySpan<GraphValue> inputs, DataType type, params ReadOnlySpan<AttributeValue> attributes)
    {
        var output = new GraphValue(name + "/output_0", type);
        AddNode(op, string.Empty, name, inputs, [output], attributes);
        return output;
    }

    /// <summary>Adds a node of ORT's domain with one output of the type of its first input.</summary>
    public GraphValue AddMicrosoft(string op, string name, ReadOnlySpan<GraphValue> inputs, params ReadOnlySpan<AttributeValue> attributes)
    {
        var output = new GraphValue(name + "/output_0", inputs[0].Type);
        AddNode(op, Microsoft, name, inputs, [output], attributes);
        return output;
    }

    /// <summary>Adds a node with named outputs; an output that is <see cref="GraphValue.None"/> is left out.</summary>
    public void AddNode(
        string op,
        string domain,
        string name,
        ReadOnlySpan<GraphValue> inputs,
        ReadOnlySpan<GraphValue> outputs,
        params ReadOnlySpan<AttributeValue> attributes)
    {
        var node = new NodeProto { OpType = op, Name = name };
        if (domain.Length > 0)
        {
            node.Domain = domain;
        }

        foreach (var input in inputs)
        {
            if (!input.IsNone && !_names.Contains(input.Name))
            {
                throw new SteeringException($"Node '{name}' reads '{input.Name}', which nothing before it writes.");
            }

            node.Input.Add(input.Name);
        }

        foreach (var output in outputs)
        {
            node.Output.Add(output.IsNone ? string.Empty : Claim(output.Name));
        }

        foreach (var attribute in attributes)
        {
            node.Attribute.Add(attribute.ToProto());
        }

        Model.Graph.Node.Add(node);
    }

    /// <summary>Gives the output of the node written last another name; nothing may read it yet.</summary>
    public GraphValue Rename(GraphValue value, string name)
    {
        var node = Model.Graph.Node[^1];
        var index = node.Output.IndexOf(value.Name);
        if (index < 0)
        {
            throw new InvalidOperationException($"'{value.Name}' is not an output of the last node, '{node.Name}'.");
        }

        _names.Remove(value.Name);
        node.Output[index] = Claim(name);
        return new(name, value.Type);
    }

    /// <summary>A small constant, kept inside the model file and shared by everything that asks for the same one.</summary>
    public GraphValue Constant(params ReadOnlySpan<long> values) =>
        Inline("i64", DataType.Int64, [values.Length], MemoryMarshal.AsBytes(values));

    /// <summary>A small constant of one 64-bit integer without dimensions.</summary>
    public GraphValue Scalar(long value) => Inline("i64", DataType.Int64, [], MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in value)));

    /// <summary>A small constant of one fp32 number without dimensions.</summary>
    public GraphValue Scalar(float value) => Inline("f32", DataType.Float, [], MemoryMarshal.AsBytes(new ReadOnlySpan<float>(in value)));

    /// <summary>A small fp32 tensor kept inside the model file.</summary>
    public GraphValue Small(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape)
    {
        AddInitializer(name, DataType.Float, shape).RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values));
        return new(name, DataType.Float);
    }

    /// <summary>A large tensor whose bytes go to the external data file when the model is saved.</summary>
    public GraphValue Weight(string name, DataType type, ReadOnlySpan<long> shape, TensorContent content)
    {
        ArgumentNullException.ThrowIfNull(content);
        var expected = GraphTypes.ByteLength((int)type, GraphTypes.Count(name, shape.ToArray()));
        if (expected != content.Length)
        {
            throw new SteeringException($"Weight '{name}' of type {type} and shape [{string.Join(", ", shape.ToArray())}] takes {expected} bytes, but its content has {content.Length}.");
        }

        AddInitializer(name, type, shape);
        _contents.Add(name, content);
        return new(name, type);
    }

    /// <summary>A second initialiser over the bytes of another: the same numbers under another shape, stored once.</summary>
    public GraphValue SecondView(string name, GraphValue owner, params ReadOnlySpan<long> shape)
    {
        var expected = GraphTypes.ByteLength((int)owner.Type, GraphTypes.Count(name, shape.ToArray()));
        if (!_contents.TryGetValue(owner.Name, out var content) || content.Length != expected)
        {
            throw new SteeringException($"'{name}' cannot view '{owner.Name}': it is not an external weight of {expected} bytes.");
        }

        AddInitializer(name, owner.Type, shape);
        _sharedWith.Add(name, owner.Name);
        return new(name, owner.Type);
    }

    private GraphValue Inline(string prefix, DataType type, ReadOnlySpan<long> shape, ReadOnlySpan<byte> bytes)
    {
        var name = $"/model/constants/{prefix}/{(shape.Length == 0 ? "scalar/" : string.Empty)}{Convert.ToHexString(bytes)}";
        if (!_constants.TryGetValue(name, out var value))
        {
            AddInitializer(name, type, shape).RawData = ByteString.CopyFrom(bytes);
            value = new(name, type);
            _constants.Add(name, value);
        }

        return value;
    }

    private TensorProto AddInitializer(string name, DataType type, ReadOnlySpan<long> shape)
    {
        var tensor = new TensorProto { Name = Claim(name), DataType = (int)type };
        foreach (var dimension in shape)
        {
            tensor.Dims.Add(dimension);
        }

        _root.Model.Graph.Initializer.Add(tensor);
        return tensor;
    }

    private string Claim(string name) => _names.Add(name)
        ? name
        : throw new SteeringException($"The graph already has a value named '{name}'.");

    private static ValueInfoProto ValueInfo(string name, DataType type, ReadOnlySpan<GraphDimension> shape)
    {
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = new TensorShapeProto() };
        foreach (var dimension in shape)
        {
            tensor.Shape.Dim.Add(dimension.ToProto());
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }
}
