using System.Runtime.InteropServices;
using Google.Protobuf;
using Steering.Export.Onnx;
using static Steering.Export.Onnx.TensorProto.Types;

namespace Steering.Tests.Export.Sockets;

/// <summary>Random weights for test graphs, the same for the same seed, in the precision of the graph.</summary>
internal sealed class GraphWeights(GraphBuilder graph, DecoderShape shape, int seed)
{
    private readonly Random _random = new(seed);

    public DataType FloatType => shape.Precision == GraphPrecision.Float16 ? DataType.Float16 : DataType.Float;

    /// <summary>A weight of normal numbers in the graph's float type.</summary>
    public GraphValue Normal(string name, double deviation, params long[] dimensions)
    {
        var values = new float[dimensions.Aggregate(1L, (product, size) => product * size)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)(deviation * NextNormal());
        }

        return Float(name, values, dimensions);
    }

    /// <summary>Norm weights near 1.</summary>
    public GraphValue NearOne(string name, int size)
    {
        var values = new float[size];
        for (var i = 0; i < size; i++)
        {
            values[i] = 1f + (float)(0.1 * NextNormal());
        }

        return Float(name, values, size);
    }

    /// <summary>Given numbers in the graph's float type.</summary>
    public GraphValue Float(string name, float[] values, params long[] dimensions)
    {
        var bytes = shape.Precision == GraphPrecision.Float16
            ? MemoryMarshal.AsBytes<Half>(Array.ConvertAll(values, value => (Half)value)).ToArray()
            : MemoryMarshal.AsBytes<float>(values).ToArray();
        return graph.Weight(name, FloatType, dimensions, new TensorContent(bytes.Length, stream => stream.Write(bytes)));
    }

    /// <summary>A product with a random weight: MatMulNBits at int4, MatMul otherwise.</summary>
    public GraphValue Product(string name, string weight, GraphValue input, int inputs, int outputs)
    {
        if (shape.Precision != GraphPrecision.Int4)
        {
            return graph.Add("MatMul", name + "/MatMul", [input, Normal(weight + ".MatMul.weight", 1 / Math.Sqrt(inputs), inputs, outputs)]);
        }

        const int Block = 32;
        var blocks = inputs / Block;
        var packed = new byte[outputs * blocks * Block / 2];
        _random.NextBytes(packed);
        var quantised = graph.Weight(weight + ".MatMul.weight_Q4", DataType.Uint8, [outputs, blocks, Block / 2], new TensorContent(packed.Length, stream => stream.Write(packed)));
        var scales = new float[outputs * blocks];
        Array.Fill(scales, (float)(1 / Math.Sqrt(inputs) / 4.6));
        return graph.AddMicrosoft(
            "MatMulNBits",
            name + "/MatMul_Q4",
            [input, quantised, Float(weight + ".MatMul.weight_scales", scales, outputs * blocks)],
            AttributeValue.Int("accuracy_level", 4),
            AttributeValue.Int("bits", 4),
            AttributeValue.Int("block_size", Block),
            AttributeValue.Int("K", inputs),
            AttributeValue.Int("N", outputs));
    }

    /// <summary>The model with every weight inside it.</summary>
    public static ModelProto Inline(GraphBuilder graph)
    {
        foreach (var tensor in graph.Model.Graph.Initializer)
        {
            if (graph.Contents.TryGetValue(tensor.Name, out var content))
            {
                using var memory = new MemoryStream();
                content.WriteTo(memory);
                tensor.RawData = ByteString.CopyFrom(memory.ToArray());
            }
        }

        return graph.Model;
    }

    private double NextNormal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
