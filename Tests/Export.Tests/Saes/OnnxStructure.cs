using Steering.Export.Onnx;

namespace Steering.Tests.Export.Saes;

/// <summary>
/// What the ONNX specification asks of a model, checked on the file: versions, standard operators, single assignment
/// across sub-graphs, topological order, typed inputs and outputs, attributes with their type.
/// </summary>
internal static class OnnxStructure
{
    /// <summary>The operators of the standard domain that exported graphs may use, all of them part of operator set 17.</summary>
    private static readonly HashSet<string> Standard = new(StringComparer.Ordinal)
    {
        "Abs", "Add", "And", "ArgMax", "Cast", "Concat", "ConstantOfShape", "Div", "Equal", "Gather", "GatherElements", "Gemm", "Greater", "GreaterOrEqual",
        "Identity", "If", "Loop", "MatMul", "Max", "Min", "Mul", "Pad", "ReduceL2", "ReduceMean", "ReduceProd", "ReduceSum", "Relu", "Reshape", "Scan",
        "ScatterElements", "Shape", "Slice", "Sqrt", "Squeeze", "Sub", "ThresholdedRelu", "TopK", "Transpose", "Unsqueeze", "Where",
    };

    public static void Check(ModelProto model, string name)
    {
        Assert.AreEqual(8, model.IrVersion, name);
        var set = Assert.ContainsSingle(model.OpsetImport, name);
        Assert.AreEqual((string.Empty, 17L), (set.Domain, set.Version), name);
        Assert.AreEqual("Steering", model.ProducerName, name);
        Assert.HasCount(model.MetadataProps.Count, model.MetadataProps.Select(line => line.Key).Distinct(StringComparer.Ordinal).ToArray(), name);

        var defined = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tensor in model.Graph.Initializer)
        {
            Assert.IsTrue(defined.Add(tensor.Name), $"{name}: {tensor.Name} is defined twice");
            var bytes = GraphTypes.ByteLength(tensor.DataType, GraphTypes.Count(tensor.Name, tensor.Dims));
            Assert.IsTrue(ExternalData.IsExternal(tensor) || tensor.RawData.Length == bytes, $"{name}: {tensor.Name} has {tensor.RawData.Length} bytes");
        }

        var read = new HashSet<string>(StringComparer.Ordinal);
        Check(model.Graph, defined, read, name);
        foreach (var unread in model.Graph.Initializer.Select(tensor => tensor.Name).Concat(model.Graph.Input.Select(input => input.Name)).Where(value => !read.Contains(value)))
        {
            Assert.Fail($"{name}: nothing reads {unread}");
        }
    }

    private static void Check(GraphProto graph, HashSet<string> defined, HashSet<string> read, string name)
    {
        Assert.AreNotEqual(string.Empty, graph.Name, name);
        foreach (var input in graph.Input)
        {
            Typed(input, name);
            Assert.IsTrue(defined.Add(input.Name), $"{name}: {input.Name} is defined twice");
        }

        foreach (var node in graph.Node)
        {
            Assert.AreEqual(string.Empty, node.Domain, $"{name}: {node.Name}");
            Assert.Contains(node.OpType, Standard, $"{name}: {node.Name}");
            foreach (var input in node.Input.Where(input => input.Length > 0))
            {
                Assert.Contains(input, defined, $"{name}: {node.Name} reads {input} before it is written");
                read.Add(input);
            }

            foreach (var attribute in node.Attribute)
            {
                Assert.IsTrue(attribute.HasType, $"{name}: {node.Name}.{attribute.Name}");
                if (attribute.G is { } body)
                {
                    Check(body, defined, read, $"{name}/{node.Name}");
                }
            }

            foreach (var output in node.Output.Where(output => output.Length > 0))
            {
                Assert.IsTrue(defined.Add(output), $"{name}: {output} is defined twice");
            }
        }

        foreach (var output in graph.Output)
        {
            Typed(output, name);
            Assert.Contains(output.Name, defined, name);
        }
    }

    private static void Typed(ValueInfoProto value, string name)
    {
        Assert.IsTrue(value.Type?.TensorType is { HasElemType: true, Shape: not null }, $"{name}: {value.Name} has no type");
    }
}
