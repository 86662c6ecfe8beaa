using Steering.Tensors;
using static Steering.Tests.GgufBytes;

namespace Steering.Tests.Sdk.Tensors;

[TestClass]
public sealed class GgufFileTests
{
    [TestMethod]
    public void Open_OracleFile_ReadsEveryMetadataType()
    {
        using var file = GgufFile.Open(OracleFolder.Require("gguf-quants", "quants.gguf"));
        var metadata = file.Metadata;
        Assert.AreEqual(3, file.Version);
        Assert.AreEqual("test", metadata["general.architecture"].AsString());
        Assert.AreEqual(200, metadata["test.u8"].AsInt64());
        Assert.AreEqual(-7, metadata["test.i8"].AsInt64());
        Assert.AreEqual(65000, metadata["test.u16"].AsInt32());
        Assert.AreEqual(-30000, metadata["test.i16"].AsInt64());
        Assert.AreEqual(4000000000L, metadata["test.u32"].AsInt64());
        Assert.AreEqual(-5, metadata["test.i32"].AsInt32());
        Assert.AreEqual(1L << 60, metadata["test.u64"].AsInt64());
        Assert.AreEqual(-(1L << 60), metadata["test.i64"].AsInt64());
        Assert.AreEqual(1.5, metadata["test.f32"].AsDouble());
        Assert.AreEqual(-2.25, metadata["test.f64"].AsDouble());
        Assert.IsTrue(metadata["test.bool"].AsBoolean());
        Assert.AreEqual("naïve 日本 🙂", metadata["test.string"].AsString());
        CollectionAssert.AreEqual(new[] { "a", "", "ç" }, metadata["test.array"].AsStrings().ToArray());
        CollectionAssert.AreEqual(new long[] { 1, 2, 3 }, metadata["test.numbers"].AsInt64s().ToArray());
    }

    [TestMethod]
    public void Open_OracleFile_ReadsPlainTensors()
    {
        using var file = GgufFile.Open(OracleFolder.Require("gguf-quants", "quants.gguf"));
        using var oracle = SafetensorsFile.Open(OracleFolder.Require("gguf-quants", "dequantised.safetensors"));
        foreach (var name in new[] { "f32", "f16", "bf16" })
        {
            CollectionAssert.AreEqual(oracle.Describe(name).Shape.ToArray(), file.Describe(name).Shape.ToArray(), name);
            CollectionAssert.AreEqual(oracle.ReadFloat32(name), file.ReadFloat32(name), name);
        }

        Refusal.Of(() => file.ReadFloat32("q4_k"), "tensor 'q4_k' is stored in Q4_K blocks; plain numbers were expected");
        Refusal.Of(() => file.Describe("q4k"), "has no tensor 'q4k'; the nearest of its 16 names: 'q4_k'");
    }

    [TestMethod]
    public void Open_Model_MapsEveryTensorWithoutACopy()
    {
        using var file = GgufFile.Open(OracleFolder.RequireModel("smollm2-135m-instruct", "SmolLM2-135M-Instruct.Q4_1.gguf"));
        Assert.HasCount(272, file.Tensors);
        CollectionAssert.AreEqual(new long[] { 49152, 576 }, file.Describe("token_embd.weight").Shape.ToArray());
        Assert.HasCount(49152, file.Metadata["tokenizer.ggml.tokens"].AsStrings());
        foreach (var tensor in file.Tensors.Values)
        {
            Assert.AreEqual(tensor.ByteCount, file.Bytes(tensor.Name).Length);
        }

        Assert.IsTrue(file.Memory("output_norm.weight").Span == file.Bytes("output_norm.weight"), "Both show the same mapped memory.");
    }

    [TestMethod]
    [DataRow(2u)]
    [DataRow(3u)]
    public void Open_EitherVersionAndAnyAlignment_ReadsTheSame(uint version)
    {
        using var folder = new TemporaryFolder();
        foreach (var alignment in new[] { 1, 8, 32, 4096 })
        {
            var bytes = new GgufBytes { Version = version, Alignment = alignment }
                .Pair("general.alignment", (uint)alignment)
                .Tensor("a", [3], 0, Of(1f, 2f, 3f))
                .Tensor("b", [2, 2], 24, Of<sbyte>(1, -2, 3, -4))
                .Build();
            using var file = GgufFile.Open(folder.Write($"{version}-{alignment}.gguf", bytes));
            Assert.AreEqual((int)version, file.Version);
            CollectionAssert.AreEqual(new[] { 1f, 2f, 3f }, file.ReadFloat32("a"));
            CollectionAssert.AreEqual(new[] { 1f, -2f, 3f, -4f }, file.ReadFloat32("b"));
            Assert.AreEqual(0xFE, file.Bytes("b", 1, 1)[0]);
        }
    }

    [TestMethod]
    public void Open_ArraysOfEveryType_AndNestedOnes()
    {
        byte[] Array(uint type, ulong count, byte[] values) => [.. Of(type), .. Of(count), .. values];
        var bytes = new GgufBytes()
            .Pair("u8", 9, Array(0, 2, [1, 255]))
            .Pair("i8", 9, Array(1, 1, [0xFF]))
            .Pair("u16", 9, Array(2, 1, Of<ushort>(65535)))
            .Pair("i16", 9, Array(3, 1, Of<short>(-2)))
            .Pair("u32", 9, Array(4, 1, Of(uint.MaxValue)))
            .Pair("i32", 9, Array(5, 1, Of(-3)))
            .Pair("f32", 9, Array(6, 2, Of(0.5f, -1f)))
            .Pair("bool", 9, Array(7, 2, [0, 1]))
            .Pair("u64", 9, Array(10, 1, Of((ulong)long.MaxValue)))
            .Pair("i64", 9, Array(11, 1, Of(long.MinValue)))
            .Pair("f64", 9, Array(12, 1, Of(0.25)))
            .Pair("empty", 9, Array(8, 0, []))
            .Pair("nested", 9, Array(9, 2, [.. Array(5, 1, Of(7)), .. Array(8, 1, Text("in"))]))
            .Build();
        using var folder = new TemporaryFolder();
        using var file = GgufFile.Open(folder.Write("arrays.gguf", bytes));
        var integers = new[] { "u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64" }.SelectMany(key => file.Metadata[key].AsInt64s()).ToArray();
        CollectionAssert.AreEqual(new[] { 1, 255, -1, 65535, -2, uint.MaxValue, -3, long.MaxValue, long.MinValue }, integers);
        CollectionAssert.AreEqual(new[] { 0.5f, -1f, 0.25f }, file.Metadata["f32"].AsFloats().Concat(file.Metadata["f64"].AsFloats()).ToArray());
        CollectionAssert.AreEqual(new[] { false, true }, (bool[])file.Metadata["bool"].Value);
        Assert.IsEmpty(file.Metadata["empty"].AsStrings());
        var nested = (GgufValue[])file.Metadata["nested"].Value;
        Assert.AreEqual(7, nested[0].AsInt64s()[0]);
        Assert.AreEqual("in", nested[1].AsStrings()[0]);
        Assert.AreEqual("[2 elements]", file.Metadata["nested"].ToString());
    }

    [TestMethod]
    public void Value_OfAnotherType_RefusesByKey()
    {
        using var folder = new TemporaryFolder();
        using var file = GgufFile.Open(folder.Write("v.gguf", new GgufBytes().Pair("text", "word").Pair("big", 10, Of(ulong.MaxValue)).Pair("long", 11, Of(1L << 40)).Build()));
        var text = file.Metadata["text"];
        Refusal.Of(() => text.AsInt64(), "key 'text' holds String word; an integer below 2⁶³ was expected");
        Refusal.Of(() => text.AsDouble(), "a floating-point number was expected");
        Refusal.Of(() => text.AsBoolean(), "a boolean was expected");
        Refusal.Of(() => text.AsStrings(), "an array of strings was expected");
        Refusal.Of(() => text.AsInt64s(), "an array of integers");
        Refusal.Of(() => text.AsFloats(), "an array of floating-point numbers was expected");
        Refusal.Of(() => file.Metadata["big"].AsInt64(), "holds UInt64 18446744073709551615");
        Refusal.Of(() => file.Metadata["big"].AsString(), "a string was expected");
        Refusal.Of(() => file.Metadata["long"].AsInt32(), "an integer of 32 bits was expected");
    }
}
