using Steering.Analysis.Shards;
using Steering.Analysis.Statistics;
using Steering.Tensors;

namespace Steering.Tests.Analysis.Shards;

[TestClass]
public sealed class ActivationCodecTests
{
    /// <summary>Against the definition: of the two neighbours among all finite 16-bit numbers, the nearer one, the even one of two equally near.</summary>
    [TestMethod]
    [DataRow(TensorElementType.Float16)]
    [DataRow(TensorElementType.BFloat16)]
    public void Encode_GivesTheNearestNumberOfTheType(TensorElementType type)
    {
        var numbers = Enumerable.Range(0, 1 << 15).Select(bits => (Value: Value(type, (ushort)bits), Bits: bits)).Where(number => float.IsFinite(number.Value)).ToArray();
        var random = new SeededRandom(1, 0);
        var values = new List<float>();
        for (var draw = 0; draw < 2_000; draw++)
        {
            var low = numbers[random.Below(numbers.Length - 1)];
            var high = numbers[low.Bits + 1];
            var middle = (float)(((double)low.Value + high.Value) / 2);
            foreach (var value in (float[])[low.Value, middle, MathF.BitIncrement(middle), MathF.BitDecrement(middle)])
            {
                values.Add(draw % 2 == 0 ? value : -value);
            }
        }

        var bytes = new byte[2 * values.Count];
        ActivationCodec.Encode(type, [.. values], bytes);
        for (var i = 0; i < values.Count; i++)
        {
            var stored = BitConverter.ToUInt16(bytes, 2 * i);
            var (value, magnitude) = (values[i], stored & 0x7FFF);
            Assert.AreEqual(value < 0 || float.IsNegative(value), stored >= 0x8000);
            var distance = Math.Abs((double)Math.Abs(value) - Value(type, (ushort)magnitude));
            foreach (var other in (int[])[magnitude - 1, magnitude + 1])
            {
                if (other >= 0 && float.IsFinite(Value(type, (ushort)other)))
                {
                    var otherDistance = Math.Abs((double)Math.Abs(value) - Value(type, (ushort)other));
                    Assert.IsTrue(distance < otherDistance || (distance == otherDistance && magnitude % 2 == 0), $"{value}: {stored:X4}");
                }
            }
        }
    }

    [TestMethod]
    public void Encode_Fp32_KeepsEveryBit()
    {
        float[] values = [0, -0f, 1e-42f, 3.4e38f, -1.5f];
        var bytes = new byte[4 * values.Length];
        ActivationCodec.Encode(TensorElementType.Float32, values, bytes);
        for (var i = 0; i < values.Length; i++)
        {
            Assert.AreEqual(BitConverter.SingleToInt32Bits(values[i]), BitConverter.ToInt32(bytes, 4 * i));
        }
    }

    [TestMethod]
    public void Encode_OfWhatFp16CannotHold_IsRefused()
    {
        ActivationCodec.Encode(TensorElementType.Float16, [65_519f], new byte[2]);
        Refusal.Of(() => ActivationCodec.Encode(TensorElementType.Float16, [1, -65_520f], new byte[4]), "65520", "bf16 or fp32");
    }

    private static float Value(TensorElementType type, ushort bits) => type == TensorElementType.Float16
        ? (float)BitConverter.UInt16BitsToHalf(bits)
        : BitConverter.UInt32BitsToSingle((uint)bits << 16);
}
