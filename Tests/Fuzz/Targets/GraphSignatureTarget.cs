using System.Text;
using Google.Protobuf;
using Steering.Export.Onnx;
using Steering.Models;

namespace Steering.Fuzz.Targets;

/// <summary>Reads the inputs and outputs of an ONNX graph as the SDK does, without protobuf.</summary>
internal sealed class GraphSignatureTarget : IFuzzTarget
{
    public string Name => "graph-signature";

    public IReadOnlyList<byte[]> Seeds { get; } = [Model(("input_ids", [-1, -1]), ("logits", [-1, -1, 64])), Model(("past_key_values.0.key", [-1, 2, -1, 8]), ("present.0.key", [-1, 2, -1, 8]))];

    public IReadOnlyList<byte[]> Words { get; } = [.. new[] { "input_ids", "logits", "past_key_values.0.key", "batch" }.Select(Encoding.ASCII.GetBytes)];

    public void Run(ReadOnlySpan<byte> input)
    {
        var signature = GraphSignature.Read(input, "model.onnx");
        if (signature.Outputs.Count == 0)
        {
            throw new FuzzFindingException("a graph without outputs was accepted");
        }
    }

    public void Dispose()
    {
        // Nothing is written.
    }

    private static byte[] Model((string Name, long[] Shape) input, (string Name, long[] Shape) output)
    {
        var graph = new GraphProto { Name = "tiny" };
        graph.Input.Add(Value(input.Name, input.Shape));
        graph.Output.Add(Value(output.Name, output.Shape));
        graph.Initializer.Add(new TensorProto { Name = "inline", DataType = 1, RawData = ByteString.CopyFrom(new byte[4]) });
        return new ModelProto { IrVersion = 10, Graph = graph }.ToByteArray();
    }

    private static ValueInfoProto Value(string name, long[] shape)
    {
        var dimensions = new TensorShapeProto();
        dimensions.Dim.AddRange(shape.Select(size => size < 0 ? new TensorShapeProto.Types.Dimension { DimParam = "batch" } : new TensorShapeProto.Types.Dimension { DimValue = size }));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1, Shape = dimensions } } };
    }
}
