using Steering.Tensors;
using static Steering.Tests.GgufBytes;

namespace Steering.Tests.Sdk.Tensors;

[TestClass]
public sealed class GgufRefusalTests
{
    private static readonly Dictionary<string, (byte[] Bytes, string Message)> Cases = new(StringComparer.Ordinal)
    {
        ["magic"] = ([.. "GGML"u8, .. new byte[20]], "does not begin with 'GGUF'"),
        ["version 1"] = (new GgufBytes { Version = 1 }.Build(), "it has version 1; 2 or 3 was expected"),
        ["big-endian"] = (new GgufBytes { Version = 0x03000000 }.Build(), "written for big-endian machines"),
        ["tensor count"] = (new GgufBytes { TensorCount = 1UL << 40 }.Build(), "the number of tensors is 1099511627776, more than its remaining"),
        ["pair count"] = (new GgufBytes { PairCount = ulong.MaxValue }.Build(), "the number of metadata pairs is 18446744073709551615, more than"),
        ["type"] = (new GgufBytes().Pair("k", 13, [1]).Build(), "the metadata key 'k' has the unknown type 13"),
        ["element type"] = (new GgufBytes().Pair("k", 9, [.. Of(99u), .. Of(1UL)]).Build(), "the metadata key 'k' has the unknown type 99"),
        ["duplicate key"] = (new GgufBytes().Pair("k", 1u).Pair("k", 2u).Build(), "the metadata key 'k' appears twice"),
        ["boolean"] = (new GgufBytes().Pair("k", 7, [2]).Build(), "the value of 'k' is 2; a boolean is 0 or 1"),
        ["string length"] = (new GgufBytes().Pair("k", 8, Of(ulong.MaxValue)).Build(), "the length of the value of 'k' is 18446744073709551615, more than"),
        ["key length"] = (new GgufBytes().Pair(new string('k', 65536), 1u).Build(), "metadata key 0 is 65536 bytes long; at most 65535"),
        ["bad UTF-8"] = (new GgufBytes().Pair("k", 8, Text([0xC3, 0x28])).Build(), "the value of 'k' is not UTF-8"),
        ["array length"] = (new GgufBytes().Pair("k", 9, [.. Of(12u), .. Of(1UL << 61)]).Build(), "the length of the array 'k' is 2305843009213693952, more than"),
        ["nesting"] = (new GgufBytes().Pair("k", 9, [.. Enumerable.Repeat<byte[]>([.. Of(9u), .. Of(1UL)], 9).SelectMany(level => level)]).Build(), "'k' nests arrays more than 8 deep"),
        ["alignment 0"] = (new GgufBytes().Pair("general.alignment", 0u).Build(), "general.alignment is 0; a power of two"),
        ["alignment 3"] = (new GgufBytes().Pair("general.alignment", 3u).Build(), "general.alignment is 3; a power of two"),
        ["alignment 2^31"] = (new GgufBytes().Pair("general.alignment", 1u << 31).Build(), "general.alignment is 2147483648; a power of two"),
        ["alignment text"] = (new GgufBytes().Pair("general.alignment", "32").Build(), "'general.alignment' holds String 32"),
        ["name length"] = (new GgufBytes().Tensor(new string('t', 65), [1], 0, Of(1f)).Build(), "the name of tensor 0 is 65 bytes long; at most 64"),
        ["rank 0"] = (new GgufBytes().Tensor("t", [], 0, Of(1f)).Build(), "tensor 't' has 0 dimensions; 1 to 4"),
        ["rank 5"] = (new GgufBytes().Tensor("t", [1, 1, 1, 1, 1], 0, Of(1f)).Build(), "tensor 't' has 5 dimensions; 1 to 4"),
        ["negative size"] = (new GgufBytes().Tensor("t", [ulong.MaxValue], 0, Of(1f)).Build(), "tensor 't' has a dimension of size 18446744073709551615"),
        ["overflow"] = (new GgufBytes().Tensor("t", [1UL << 32, 1UL << 32], 0, Of(1f)).Build(), "tensor 't' has the shape [4294967296, 4294967296], whose size overflows"),
        ["byte overflow"] = (new GgufBytes().Tensor("t", [1UL << 62], 0, Of(1f)).Build(), "whose size overflows"),
        ["tensor type"] = (new GgufBytes().Tensor("t", [1], 4, Of(1f)).Build(), "tensor 't' has the type number 4"),
        ["tensor type 2^32"] = (new GgufBytes().Tensor("t", [1], uint.MaxValue, Of(1f)).Build(), "tensor 't' has the type number 4294967295"),
        ["partial block"] = (new GgufBytes().Tensor("t", [33], 2, new byte[36]).Build(), "tensor 't' [33] has rows of 33 elements; a multiple of the 32 in a Q4_0 block"),
        ["offset alignment"] = (new GgufBytes().Describe("t", [1], 0, 4).Data(new byte[64]).Build(), "tensor 't' begins at offset 4; a multiple of the alignment 32"),
        ["offset range"] = (new GgufBytes().Describe("t", [1], 0, 1UL << 62).Data(new byte[64]).Build(), "tensor 't' takes 4 bytes from offset 4611686018427387904, but the file holds only 64"),
        ["offset sign"] = (new GgufBytes().Describe("t", [1], 0, 1UL << 63).Data(new byte[64]).Build(), "tensor 't' begins at offset 9223372036854775808"),
        ["oversized"] = (new GgufBytes().Describe("t", [17], 0, 0).Data(new byte[64]).Build(), "tensor 't' takes 68 bytes from offset 0, but the file holds only 64"),
        ["overlap"] = (new GgufBytes().Describe("a", [16], 0, 0).Describe("b", [1], 0, 32).Data(new byte[64]).Build(), "tensor 'b' begins at offset 32, inside tensor 'a', which ends at 64"),
        ["duplicate tensor"] = (new GgufBytes().Tensor("t", [1], 0, Of(1f)).Tensor("t", [1], 0, Of(1f)).Build(), "tensor 't' appears twice"),
    };

    public static IEnumerable<string> Names => Cases.Keys;

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Open_DamagedFile_RefusesWithTheReason(string name)
    {
        var (bytes, message) = Cases[name];
        using var folder = new TemporaryFolder();
        var path = folder.Write("hostile.gguf", bytes);
        Refusal.Of(() => GgufFile.Open(path), message);
    }

    [TestMethod]
    public void Open_EveryTruncationOfAGoodFile_Refuses()
    {
        var good = new GgufBytes().Pair("k", "text").Pair("list", ["a", "b"]).Tensor("t", [2], 0, Of(1f, 2f)).Tensor("u", [1], 0, Of(1f)).Build();
        using var folder = new TemporaryFolder();
        for (var length = 0; length < good.Length; length++)
        {
            var path = folder.Write("cut.gguf", good.AsSpan(0, length));
            Assert.ThrowsExactly<SteeringException>(() => GgufFile.Open(path), $"{length} of {good.Length} bytes");
        }
    }
}
