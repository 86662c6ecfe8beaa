using Steering.Tensors;

namespace Steering.Tests.Sdk.Tensors;

[TestClass]
public sealed class TensorConversionTests
{
    [TestMethod]
    public void Convert_LengthsThatDisagree_Throws()
    {
        Assert.ThrowsExactly<ArgumentException>(() => TensorConversion.ToFloat32(TensorElementType.Float16, new byte[3], new float[1]));
        Assert.ThrowsExactly<ArgumentException>(() => TensorConversion.ToInt64(TensorElementType.Int32, new byte[3], new long[1]));
        Assert.ThrowsExactly<ArgumentException>(() => TensorConversion.ToInt64(TensorElementType.Float32, new byte[4], new long[1]));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => TensorConversion.ToFloat32((TensorElementType)99, [], []));
    }

    /// <summary>Bits per element as the type's own name or its definition gives them.</summary>
    [TestMethod]
    [DataRow(GgufTensorType.Q4_0, 4.5)]
    [DataRow(GgufTensorType.Q4_1, 5)]
    [DataRow(GgufTensorType.Q5_0, 5.5)]
    [DataRow(GgufTensorType.Q5_1, 6)]
    [DataRow(GgufTensorType.Q8_0, 8.5)]
    [DataRow(GgufTensorType.Q2_K, 2.625)]
    [DataRow(GgufTensorType.Q3_K, 3.4375)]
    [DataRow(GgufTensorType.Q4_K, 4.5)]
    [DataRow(GgufTensorType.Q5_K, 5.5)]
    [DataRow(GgufTensorType.Q6_K, 6.5625)]
    [DataRow(GgufTensorType.IQ4_NL, 4.5)]
    [DataRow(GgufTensorType.IQ4_XS, 4.25)]
    [DataRow(GgufTensorType.IQ2_XXS, 2.0625)]
    [DataRow(GgufTensorType.IQ2_XS, 2.3125)]
    [DataRow(GgufTensorType.IQ2_S, 2.5625)]
    [DataRow(GgufTensorType.IQ3_XXS, 3.0625)]
    [DataRow(GgufTensorType.IQ3_S, 3.4375)]
    [DataRow(GgufTensorType.IQ1_S, 1.5625)]
    [DataRow(GgufTensorType.IQ1_M, 1.75)]
    [DataRow(GgufTensorType.TQ1_0, 1.6875)]
    [DataRow(GgufTensorType.TQ2_0, 2.0625)]
    [DataRow(GgufTensorType.MXFP4, 4.25)]
    public void Block_HasTheBitsOfItsType(GgufTensorType type, double bits)
    {
        var (elements, bytes) = type.Block();
        Assert.AreEqual(bits, 8.0 * bytes / elements);
        Assert.IsNull(type.ElementType());
    }

    [TestMethod]
    public void Block_OfPlainNumbers_IsOneElement()
    {
        foreach (var type in Enum.GetValues<GgufTensorType>().Where(type => type.ElementType() is not null))
        {
            Assert.AreEqual((1, type.ElementType()!.Value.Size()), type.Block());
        }
    }
}
