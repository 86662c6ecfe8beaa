using System.Runtime.InteropServices;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Steering.Export.Onnx;
using static Steering.Export.Onnx.TensorProto.Types;

namespace Steering.Tests.Export.Onnx;

[TestClass]
public sealed class OnnxModelFileTests
{
    private string _folder = string.Empty;

    private string ModelPath => Path.Combine(_folder, "model.onnx");

    [TestInitialize]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("steering-onnx-").FullName;

    [TestCleanup]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    public void Save_WritesAModelThatOnnxRuntimeRuns_WithExternalAndSharedWeights()
    {
        SaveGather();

        using var session = new InferenceSession(ModelPath);
        using var ids = OrtValue.CreateTensorValueFromMemory(new long[] { 2, 0 }, [2]);
        using var results = session.Run(new RunOptions(), ["x"], [ids], ["/rows/output_0", "/flat/output_0"]);

        float[] expectedRows = [.. Enumerable.Range(0, 64).Select(i => 128f + i), .. Enumerable.Range(0, 64).Select(i => (float)i)];
        CollectionAssert.AreEqual(expectedRows, results[0].GetTensorDataAsSpan<float>().ToArray());
        CollectionAssert.AreEqual(new float[] { 2, 0 }, results[1].GetTensorDataAsSpan<float>().ToArray());
    }

    [TestMethod]
    public void Save_StoresASharedWeightOnceAndAligned()
    {
        SaveGather();

        var model = OnnxModelFile.Load(ModelPath);
        var places = model.Graph.Initializer.Where(ExternalData.IsExternal).Select(tensor => ExternalData.Read(tensor, _folder)).ToArray();
        Assert.HasCount(2, places);
        Assert.AreEqual(places[0], places[1]);
        Assert.AreEqual(0, places[0].Offset % 64);
        Assert.AreEqual(16 * 64 * sizeof(float), new FileInfo(ModelPath + OnnxModelFile.DataSuffix).Length);
    }

    [TestMethod]
    public void Save_KeepsFieldsItDoesNotKnow()
    {
        // Field 25 of a model is `functions`, which this project's messages leave out.
        var model = new ModelProto { Graph = new GraphProto { Name = "g" } };
        var bytes = model.ToByteArray().Concat(new byte[] { 0xCA, 0x01, 0x02, 0x0A, 0x00 }).ToArray();
        File.WriteAllBytes(ModelPath, bytes);

        OnnxModelFile.Save(OnnxModelFile.Load(ModelPath), ModelPath);

        CollectionAssert.AreEqual(bytes, File.ReadAllBytes(ModelPath));
    }

    [TestMethod]
    [DataRow("location", "../outside.data", "contains '..'")]
    [DataRow("location", "/etc/passwd", "not a plain relative path")]
    [DataRow("location", "absent.data", "which is missing")]
    [DataRow("location", "", "names no file")]
    [DataRow("location", "a\0b", "control characters")]
    [DataRow("offset", "-1", "not a whole number")]
    [DataRow("offset", "99999999999", "has only")]
    [DataRow("offset", "9223372036854775807", "has only")]
    [DataRow("length", "8", "takes 4096 bytes")]
    [DataRow("length", "9223372036854775807", "has only")]
    public void Load_RefusesExternalDataThatIsNotThere(string key, string value, string message)
    {
        SaveGather();
        var model = OnnxModelFile.Load(ModelPath);
        model.Graph.Initializer.First(ExternalData.IsExternal).ExternalData.Single(entry => string.Equals(entry.Key, key, StringComparison.Ordinal)).Value = value;
        OnnxModelFile.Save(model, ModelPath);

        var exception = Assert.ThrowsExactly<SteeringException>(() => OnnxModelFile.Load(ModelPath));
        StringAssert.Contains(exception.Message, message, StringComparison.Ordinal);
    }

    [TestMethod]
    public void Load_RefusesATruncatedDataFile()
    {
        SaveGather();
        using (var data = File.OpenWrite(ModelPath + OnnxModelFile.DataSuffix))
        {
            data.SetLength(100);
        }

        var exception = Assert.ThrowsExactly<SteeringException>(() => OnnxModelFile.Load(ModelPath));
        StringAssert.Contains(exception.Message, "truncated", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Load_RefusesAFileThatIsNotAModel()
    {
        File.WriteAllBytes(ModelPath, [0xFF, 0xFF, 0xFF, 0xFF, 0x00]);
        var exception = Assert.ThrowsExactly<SteeringException>(() => OnnxModelFile.Load(ModelPath));
        StringAssert.Contains(exception.Message, "is not an ONNX model", StringComparison.Ordinal);
    }

    [TestMethod]
    public void AddNode_WhenAnInputIsUnknown_NamesIt()
    {
        var builder = new GraphBuilder("g");
        var exception = Assert.ThrowsExactly<SteeringException>(() => builder.Add("Neg", "/neg", [new GraphValue("absent", DataType.Float)]));
        StringAssert.Contains(exception.Message, "reads 'absent'", StringComparison.Ordinal);
    }

    private void SaveGather()
    {
        var table = Enumerable.Range(0, 16 * 64).Select(i => (float)i).ToArray();
        var builder = new GraphBuilder("gather");
        var x = builder.Input("x", DataType.Int64, "n");
        var weight = builder.Weight("table", DataType.Float, [16, 64], new TensorContent(table.Length * sizeof(float), stream => stream.Write(MemoryMarshal.AsBytes<float>(table))));
        var rows = builder.Add("Gather", "/rows", [weight, x], DataType.Float);
        var flat = builder.Add("Gather", "/flat", [builder.SecondView("table.flat", weight, 16 * 64), x], DataType.Float);
        builder.Output(rows, "n", 64);
        builder.Output(flat, "n");
        OnnxModelFile.Save(builder, ModelPath);
    }
}
