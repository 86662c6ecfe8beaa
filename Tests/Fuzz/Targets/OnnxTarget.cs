using System.Text;
using Google.Protobuf;
using Steering.Export.Onnx;

namespace Steering.Fuzz.Targets;

/// <summary>Loads an ONNX model that refers to an external data file.</summary>
internal sealed class OnnxTarget : IFuzzTarget
{
    private readonly ScratchFolder _folder = new();

    public OnnxTarget() => _folder.Write("model.onnx.data", new byte[64]);

    public string Name => "onnx";

    public IReadOnlyList<byte[]> Seeds { get; } = [Model("0", "16"), Model("16", "48")];

    public IReadOnlyList<byte[]> Words { get; } =
        [.. new[] { "location", "offset", "length", "model.onnx.data", "../data", "/dev/zero", "data", "0", "64", "-1", "18446744073709551615" }.Select(Encoding.ASCII.GetBytes)];

    public void Run(ReadOnlySpan<byte> input) => _ = OnnxModelFile.Load(_folder.Write("model.onnx", input));

    public void Dispose() => _folder.Dispose();

    private static byte[] Model(string offset, string length)
    {
        var weight = new TensorProto { Name = "weight", DataType = 1, DataLocation = TensorProto.Types.DataLocation.External };
        weight.Dims.Add(long.Parse(length, System.Globalization.CultureInfo.InvariantCulture) / sizeof(float));
        weight.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "model.onnx.data" });
        weight.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = offset });
        weight.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = length });
        var node = new NodeProto { Name = "sum", OpType = "Add" };
        node.Input.Add("x");
        node.Input.Add("weight");
        node.Output.Add("y");
        var graph = new GraphProto { Name = "tiny" };
        graph.Node.Add(node);
        graph.Initializer.Add(weight);
        graph.Initializer.Add(new TensorProto { Name = "inline", DataType = 1, RawData = ByteString.CopyFrom(new byte[4]) });
        return new ModelProto { IrVersion = 10, Graph = graph }.ToByteArray();
    }
}
