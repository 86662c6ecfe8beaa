using System.Runtime.InteropServices;
using System.Text;
using Steering.Tensors;

namespace Steering.Tests.Sdk.Tensors;

[TestClass]
public sealed class SafetensorsWriterTests
{
    [TestMethod]
    public void Write_SmallFile_HasTheBytesOfTheFormat()
    {
        using var folder = new TemporaryFolder();
        var path = folder["w.safetensors"];
        SafetensorsWriter.Write(path, [TensorData.FromFloat32("b", [2], new[] { 1f, 2f }), TensorData.FromInt64("a", [], new[] { 3L })], new Dictionary<string, string>(StringComparer.Ordinal) { ["k"] = "v" });
        const string Header = """{"__metadata__":{"k":"v"},"a":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""";
        var padded = Header.PadRight((Header.Length + 7) / 8 * 8);
        byte[] expected = [.. BitConverter.GetBytes((ulong)padded.Length), .. Encoding.ASCII.GetBytes(padded), .. BitConverter.GetBytes(3L), .. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(2f)];
        CollectionAssert.AreEqual(expected, File.ReadAllBytes(path));
    }

    [TestMethod]
    public void Write_ThenRead_GivesBackRandomTensorsOfEveryType()
    {
        using var folder = new TemporaryFolder();
        var path = folder["r.safetensors"];
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var tensors = new List<(TensorInfo Info, byte[] Bytes)>();
            for (var i = random.Next(6); i >= 0; i--)
            {
                var shape = Enumerable.Range(0, random.Next(4)).Select(_ => (long)random.Next(5)).ToArray();
                var type = (TensorElementType)random.Next(10);
                var info = new TensorInfo($"{(char)random.Next(32, 0xD800)}\"\\{i}", type, shape);
                var bytes = new byte[info.ByteCount];
                random.NextBytes(bytes);
                tensors.Add((info, bytes));
            }

            SafetensorsWriter.Write(path, [.. tensors.Select(tensor => TensorData.FromBytes(tensor.Info.Name, tensor.Info.ElementType, tensor.Info.Shape, tensor.Bytes))]);
            using var file = SafetensorsFile.Open(path);
            Assert.HasCount(tensors.Count, file.Names);
            foreach (var (info, bytes) in tensors)
            {
                var read = file.Describe(info.Name);
                Assert.AreEqual(info.ElementType, read.ElementType);
                CollectionAssert.AreEqual(info.Shape.ToArray(), read.Shape.ToArray());
                CollectionAssert.AreEqual(bytes, file.Bytes(info.Name).ToArray());
            }
        }
    }

    [TestMethod]
    public void Write_TheSameTensorsInAnyOrder_GivesTheSameBytes()
    {
        using var folder = new TemporaryFolder();
        TensorData[] tensors = [TensorData.FromFloat32("x", [1], new[] { 1f }), TensorData.FromInt64("y", [1], new[] { 1L }), TensorData.FromBytes("z", TensorElementType.Bool, [3], new byte[] { 0, 1, 0 })];
        SafetensorsWriter.Write(folder["a"], tensors);
        SafetensorsWriter.Write(folder["b"], [.. tensors.Reverse()]);
        CollectionAssert.AreEqual(File.ReadAllBytes(folder["a"]), File.ReadAllBytes(folder["b"]));
    }

    [TestMethod]
    public void Write_MillionsOfElements_WritesEachOnce()
    {
        using var folder = new TemporaryFolder();
        var values = new float[(1 << 21) + 3];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = i;
        }

        SafetensorsWriter.Write(folder["big"], [TensorData.FromFloat32("x", [values.Length], values)]);
        using var file = SafetensorsFile.Open(folder["big"]);
        Assert.IsTrue(MemoryMarshal.AsBytes(values.AsSpan()).SequenceEqual(file.Bytes("x")));
    }

    [TestMethod]
    public void Write_WrongShapeOrName_Refuses()
    {
        using var folder = new TemporaryFolder();
        Refusal.Of(() => TensorData.FromFloat32("x", [2, 2], new float[3]), "Tensor 'x' has 3 elements, but its shape [2, 2] does not hold that many");
        Refusal.Of(() => TensorData.FromFloat32("x", [-1, -3], new float[3]), "its shape [-1, -3] does not hold that many");
        Refusal.Of(() => TensorData.FromBytes("x", TensorElementType.Float32, [1], new byte[5]), "has 5 bytes, not a multiple of the 4 bytes of a Float32 element");
        var tensor = TensorData.FromFloat32("x", [1], new float[1]);
        Refusal.Of(() => SafetensorsWriter.Write(folder["d"], [tensor, tensor]), "two tensors are named 'x'");
        Refusal.Of(() => SafetensorsWriter.Write(folder["m"], [TensorData.FromInt64("__metadata__", [0], default)]), "cannot be named '__metadata__'");
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path), "A refused write leaves nothing behind.");
    }
}
