using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Steering.Tensors;
using static Steering.Tests.Sdk.Tensors.SafetensorsBytes;

namespace Steering.Tests.Sdk.Tensors;

[TestClass]
public sealed class SafetensorsFileTests
{
    [TestMethod]
    public void Open_EveryOracleFile_ReadsEveryTensor()
    {
        var root = OracleFolder.Require();
        var files = Directory.GetFiles(root, "*.safetensors", SearchOption.AllDirectories);
        Assert.IsNotEmpty(files, $"{root} holds no safetensors file.");
        foreach (var path in files)
        {
            using var file = SafetensorsFile.Open(path);
            Assert.IsNotEmpty(file.Names, path);
            var total = file.Names.Sum(name => file.Describe(name).ByteCount);
            var header = BinaryPrimitives.ReadInt64LittleEndian(File.ReadAllBytes(path).AsSpan(0, 8));
            Assert.AreEqual(new FileInfo(path).Length - 8 - header, total, path);
        }
    }

    [TestMethod]
    public void ReadFloat32_FromEveryNumericType_ConvertsExactly()
    {
        // Bit patterns written out by hand; expected values are their definitions.
        var cases = new (string Type, byte[] Bytes, float[] Expected)[]
        {
            ("F32", Bits<uint>(0x3FC00000, 0xFF800000, 0x00000001), [1.5f, float.NegativeInfinity, float.Epsilon]),
            ("F16", Bits<ushort>(0x3C00, 0xC500, 0x0001, 0x7C00), [1f, -5f, MathF.Pow(2, -24), float.PositiveInfinity]),
            ("BF16", Bits<ushort>(0x3F80, 0xC0A0, 0x0001), [1f, -5f, BitConverter.UInt32BitsToSingle(0x10000)]),
            ("F64", Bits(0.5, -1e300, 1 + Math.Pow(2, -24)), [0.5f, float.NegativeInfinity, 1f]),
            ("I8", Bits<sbyte>(-128, 127), [-128f, 127f]),
            ("U8", Bits<byte>(0, 255), [0f, 255f]),
            ("I16", Bits<short>(-32768, 7), [-32768f, 7f]),
            ("I32", Bits(int.MinValue, 16777217), [-2147483648f, 16777216f]),
            ("I64", Bits(long.MinValue, 3L), [-9223372036854775808f, 3f]),
            ("BOOL", Bits<byte>(0, 1), [0f, 1f]),
        };
        using var folder = new TemporaryFolder();
        foreach (var (type, bytes, expected) in cases)
        {
            var path = folder.Write("t.safetensors", Build($"{{{Entry("x", type, $"[{expected.Length}]", $"[0,{bytes.Length}]")}}}", bytes));
            using var file = SafetensorsFile.Open(path);
            CollectionAssert.AreEqual(expected, file.ReadFloat32("x"), type);
            Assert.AreEqual(type, file.Describe("x").ElementType.SafetensorsName());
        }
    }

    [TestMethod]
    public void ReadFloat32_OfEveryHalfAndBFloat16_MatchesTheDefinition()
    {
        var all = Enumerable.Range(0, 1 << 16).Select(bits => (ushort)bits).ToArray();
        var bytes = MemoryMarshal.AsBytes(all.AsSpan()).ToArray();
        using var folder = new TemporaryFolder();
        var header = $"{{{Entry("half", "F16", "[256,256]", "[0,131072]")},{Entry("brain", "BF16", "[65536]", "[131072,262144]")}}}";
        using var file = SafetensorsFile.Open(folder.Write("t.safetensors", Build(header, [.. bytes, .. bytes])));
        var half = file.ReadFloat32("half");
        var brain = file.ReadFloat32("brain");
        for (var bits = 0; bits < all.Length; bits++)
        {
            var sign = bits >> 15 == 0 ? 1.0 : -1.0;
            var (exponent, fraction) = ((bits >> 10) & 31, bits & 1023);
            var expected = exponent switch
            {
                0 => sign * fraction * Math.Pow(2, -24),
                31 => fraction == 0 ? sign * double.PositiveInfinity : double.NaN,
                _ => sign * (1 + (fraction / 1024.0)) * Math.Pow(2, exponent - 15),
            };
            Assert.AreEqual((float)expected, half[bits], $"half {bits:x4}");
            Assert.AreEqual((uint)bits << 16, BitConverter.SingleToUInt32Bits(brain[bits]), $"bfloat16 {bits:x4}");
        }
    }

    [TestMethod]
    public void ReadInt64_FromEveryIntegerType_ConvertsExactly()
    {
        using var folder = new TemporaryFolder();
        var header = $"{{{Entry("a", "I64", "[1]", "[0,8]")},{Entry("b", "I32", "[1]", "[8,12]")},{Entry("c", "I16", "[1]", "[12,14]")},{Entry("d", "I8", "[1]", "[14,15]")},{Entry("e", "U8", "[1]", "[15,16]")},{Entry("f", "BOOL", "[1]", "[16,17]")},{Entry("g", "F16", "[1]", "[17,19]")}}}";
        byte[] data = [.. Bits(long.MinValue), .. Bits(-7), .. Bits<short>(-300), 0x80, 0xFF, 1, 0, 0];
        using var file = SafetensorsFile.Open(folder.Write("t.safetensors", Build(header, data)));
        CollectionAssert.AreEqual(new[] { long.MinValue, -7, -300, -128, 255, 1 }, "abcdef".SelectMany(name => file.ReadInt64($"{name}")).ToArray());
        Refusal.Of(() => file.ReadInt64("g"), "tensor 'g' holds Float16 elements; integers were expected");
    }

    [TestMethod]
    public void Open_KeepsMetadataScalarsAndEmptyTensors()
    {
        using var folder = new TemporaryFolder();
        var header = $"{{\"__metadata__\":{{\"format\":\"pt\",\"naïve\":\"日本\"}},{Entry("scalar", "F32", "[]", "[0,4]")},{Entry("empty", "F32", "[3,0,5]", "[4,4]")}}}     ";
        using var file = SafetensorsFile.Open(folder.Write("t.safetensors", Build(header, Bits(2.5f))));
        Assert.AreEqual("日本", file.Metadata["naïve"]);
        Assert.AreEqual(1, file.Describe("scalar").Count);
        CollectionAssert.AreEqual(new[] { 2.5f }, file.ReadFloat32("scalar"));
        Assert.AreEqual(0, file.Describe("empty").Count);
        Assert.IsEmpty(file.ReadFloat32("empty"));
        Assert.IsTrue(file.Contains("empty"));
        Assert.IsFalse(file.Contains("__metadata__"));
    }

    [TestMethod]
    public void Bytes_AreTheMappedFile_NotACopy()
    {
        using var folder = new TemporaryFolder();
        using var file = SafetensorsFile.Open(folder.Write("t.safetensors", Build($"{{{Entry("x", "F32", "[2]", "[0,8]")}}}", Bits(1f, 2f))));
        Assert.IsTrue(file.Bytes("x") == file.Bytes("x"), "Two spans over the same mapped memory compare equal by address.");
        Assert.IsTrue(file.Bytes("x", 4, 4) == file.Bytes("x")[4..]);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => file.Bytes("x", 4, 5).Length);
    }

    [TestMethod]
    public void Bytes_AfterDispose_Throws()
    {
        using var folder = new TemporaryFolder();
        var file = SafetensorsFile.Open(folder.Write("t.safetensors", Build($"{{{Entry("x", "F32", "[1]", "[0,4]")}}}", Bits(1f))));
        file.Dispose();
        file.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => file.Bytes("x").Length);
    }

    [TestMethod]
    public void Describe_UnknownName_ListsNearNames()
    {
        using var folder = new TemporaryFolder();
        using var file = SafetensorsFile.Open(folder.Write("t.safetensors", Build($"{{{Entry("W_enc", "F32", "[1]", "[0,4]")},{Entry("b", "F32", "[0]", "[4,4]")}}}", Bits(1f))));
        Refusal.Of(() => file.Describe("W_encc"), "has no tensor 'W_encc'; the nearest of its 2 names: 'W_enc'");
    }

    [TestMethod]
    public void ReadFloat32_IntoTheWrongRoom_Refuses()
    {
        using var folder = new TemporaryFolder();
        using var file = SafetensorsFile.Open(folder.Write("t.safetensors", Build($"{{{Entry("x", "F32", "[1]", "[0,4]")}}}", Bits(1f))));
        Refusal.Of(() => file.ReadFloat32("x", new float[2]), "tensor 'x' [1] has 1 elements; room for 2 was given");
    }

    internal static byte[] Bits<T>(params T[] values)
        where T : unmanaged => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
}
