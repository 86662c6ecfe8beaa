using System.Runtime.InteropServices;
using Steering.Export.Checkpoints.Quantisation;
using Steering.Tensors;

namespace Steering.Tests.Export.Checkpoints;

[TestClass]
public sealed class DequantiserTests
{
    public TestContext TestContext { get; set; } = null!;

    /// <summary>Tolerance: none, the bits are equal.</summary>
    [TestMethod]
    public void ToFloat32_EveryOracleTensor_IsBitExact()
    {
        using var file = GgufFile.Open(OracleFolder.Require("gguf-quants", "quants.gguf"));
        using var oracle = SafetensorsFile.Open(OracleFolder.Require("gguf-quants", "dequantised.safetensors"));
        Assert.IsNotEmpty(file.Tensors);
        foreach (var tensor in file.Tensors.Values)
        {
            var expected = oracle.ReadFloat32(tensor.Name);
            var actual = new float[tensor.Count];
            Dequantiser.ToFloat32(tensor.Type, file.Bytes(tensor.Name), actual);
            var worst = expected.Zip(actual, (left, right) => MathF.Abs(left - right)).Max();
            TestContext.WriteLine($"{tensor.Type}: {actual.Length} elements, largest error {worst}");
            Assert.IsTrue(MemoryMarshal.AsBytes(expected.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(actual.AsSpan())), $"{tensor.Type}: largest error {worst}");
        }
    }

    [TestMethod]
    public void ToFloat32_EveryTypeThatTheProjectPromises_IsSupported()
    {
        GgufTensorType[] promised =
        [
            GgufTensorType.F32, GgufTensorType.F16, GgufTensorType.BF16, GgufTensorType.Q4_0, GgufTensorType.Q4_1, GgufTensorType.Q5_0,
            GgufTensorType.Q5_1, GgufTensorType.Q8_0, GgufTensorType.Q2_K, GgufTensorType.Q3_K, GgufTensorType.Q4_K, GgufTensorType.Q5_K,
            GgufTensorType.Q6_K, GgufTensorType.IQ4_NL, GgufTensorType.IQ4_XS, GgufTensorType.MXFP4,
        ];
        foreach (var type in promised)
        {
            Assert.IsTrue(Dequantiser.Supports(type), $"{type}");
        }

        Assert.IsFalse(Dequantiser.Supports(GgufTensorType.IQ1_S));
    }

    [TestMethod]
    public void ToFloat32_Q4_1_ByHand()
    {
        // d = 0.5, m = −2, code n in lower nibble n and 15 − n in upper nibble n.
        var block = new byte[20];
        MemoryMarshal.Write(block, (Half)0.5f);
        MemoryMarshal.Write(block.AsSpan(2), (Half)(-2f));
        for (var n = 0; n < 16; n++)
        {
            block[4 + n] = (byte)(n | ((15 - n) << 4));
        }

        var values = new float[32];
        Dequantiser.ToFloat32(GgufTensorType.Q4_1, block, values);
        for (var n = 0; n < 16; n++)
        {
            Assert.AreEqual((0.5f * n) - 2, values[n]);
            Assert.AreEqual((0.5f * (15 - n)) - 2, values[n + 16]);
        }
    }

    [TestMethod]
    public void ToFloat32_MXFP4_AtTheEndsOfTheExponent()
    {
        foreach (var exponent in new[] { 0, 1, 2, 127, 254, 255 })
        {
            var block = new byte[17];
            block[0] = (byte)exponent;
            block[1] = 0x73; // lower nibble 3 stands for 1.5, upper 7 for 6
            block[2] = 0xB8; // lower nibble 8 stands for −0, upper 11 for −1.5
            var values = new float[32];
            Dequantiser.ToFloat32(GgufTensorType.MXFP4, block, values);
            Assert.AreEqual((float)(1.5 * Math.Pow(2, exponent - 127)), values[0], $"exponent {exponent}");
            Assert.AreEqual((float)(6 * Math.Pow(2, exponent - 127)), values[16], $"exponent {exponent}");
            Assert.AreEqual(0f, values[1]);
            Assert.AreEqual((float)(-1.5 * Math.Pow(2, exponent - 127)), values[17], $"exponent {exponent}");
        }
    }

    [TestMethod]
    public void ToFloat32_WrongLengthOrType_Refuses()
    {
        Assert.ThrowsExactly<ArgumentException>(() => Dequantiser.ToFloat32(GgufTensorType.Q4_0, new byte[17], new float[32]));
        Assert.ThrowsExactly<ArgumentException>(() => Dequantiser.ToFloat32(GgufTensorType.Q4_0, new byte[36], new float[32]));
        Refusal.Of(() => Dequantiser.ToFloat32(GgufTensorType.IQ1_S, new byte[50], new float[256]), "IQ1_S blocks are not supported; quantise the model to one of F32");
    }
}
