using System.Text;
using Steering.Tensors;
using static Steering.Tests.Sdk.Tensors.SafetensorsBytes;

namespace Steering.Tests.Sdk.Tensors;

[TestClass]
public sealed class SafetensorsRefusalTests
{
    private const string Good = "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}";

    public static IEnumerable<(string Header, int DataLength, string Message)> Headers()
    {
        yield return ("", 0, "does not begin with '{'");
        yield return ("[]", 0, "does not begin with '{'");
        yield return ("{\"a\":NaN}", 0, "not the expected JSON");
        yield return ($"{{{Good}", 4, "not the expected JSON");
        yield return ($"{{{Good}}}{{}}", 4, "not the expected JSON");
        yield return ("{\"a\":1}", 0, "a has a Number in its header where a StartObject was expected");
        yield return ("{\"a\":{\"dtype\":\"F32\",\"shape\":[[[[1]]]],\"data_offsets\":[0,4]}}", 4, "not the expected JSON");
        yield return ($"{{{Good},{Good}}}", 4, "tensor 'a' appears twice");
        yield return ("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", 0, "key 'k' appears twice");
        yield return ("{\"__metadata__\":{\"k\":1}}", 0, "__metadata__.k has a Number");
        yield return ($"{{{Entry("a", "F8_E4M3", "[4]", "[0,4]")}}}", 4, "tensor 'a' has the dtype 'F8_E4M3'; one of BOOL, U8,");
        yield return ($"{{{Entry(new string('n', 4097), "F32", "[1]", "[0,4]")}}}", 4, "a name in its header is 4097 bytes long; at most 4096 are accepted");
        yield return ($"{{{Entry("a", "F32", "[-1]", "[0,4]")}}}", 4, "something in shape that is not a whole number");
        yield return ($"{{{Entry("a", "F32", "[1.5]", "[0,4]")}}}", 4, "something in shape that is not a whole number");
        yield return ($"{{{Entry("a", "F32", "[18446744073709551616]", "[0,4]")}}}", 4, "something in shape that is not a whole number");
        yield return ($"{{{Entry("a", "F32", "[4611686018427387904,4]", "[0,4]")}}}", 4, "whose size overflows 64 bits");
        yield return ($"{{{Entry("a", "F32", $"[{string.Join(',', Enumerable.Repeat(1, 33))}]", "[0,4]")}}}", 4, "more than 32 numbers in shape");
        yield return ($"{{{Entry("a", "F32", "[1]", "[0]")}}}", 4, "data_offsets (two numbers)");
        yield return ($"{{{Entry("a", "F32", "[1]", "[0,4,8]")}}}", 4, "more than 2 numbers in data_offsets");
        yield return ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "needs the fields dtype, shape and data_offsets");
        yield return ("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", 4, "has the field 'dtype' twice or unexpectedly");
        yield return ("{\"a\":{\"kind\":\"F32\"}}", 4, "has the field 'kind' twice or unexpectedly");
        yield return ($"{{{Entry("a", "F32", "[2]", "[0,4]")}}}", 4, "(F32 [2]) needs 8 bytes, but its data_offsets are [0, 4]");
        yield return ($"{{{Entry("a", "F32", "[1]", "[4,0]")}}}", 4, "needs 4 bytes, but its data_offsets are [4, 0]");
        yield return ($"{{{Entry("a", "F32", "[2]", "[0,8]")}}}", 4, "tensor 'a' ends at byte 8 of the data, but the file holds only 4");
        yield return ($"{{{Entry("a", "F32", "[1]", "[9223372036854775803,9223372036854775807]")}}}", 4, "tensor 'a' ends at byte 9223372036854775807");
        yield return ($"{{{Entry("a", "F32", "[1]", "[0,4]")},{Entry("b", "F32", "[1]", "[2,6]")}}}", 6, "tensor 'b' begins at byte 2 of the data and overlaps the tensor before it; 4 was expected");
        yield return ($"{{{Entry("a", "F32", "[1]", "[4,8]")}}}", 8, "tensor 'a' begins at byte 4 of the data and leaves a gap before it; 0 was expected");
        yield return ($"{{{Good}}}", 8, "its tensors cover 4 bytes, but the file holds 8");
    }

    [TestMethod]
    [DynamicData(nameof(Headers))]
    public void Open_DamagedHeader_RefusesWithTheReason(string header, int dataLength, string message)
    {
        using var folder = new TemporaryFolder();
        AssertRefused(folder.Write("hostile.safetensors", Build(header, new byte[dataLength])), message);
    }

    [TestMethod]
    [DataRow(ulong.MaxValue, "announces a header of 18446744073709551615 bytes; at most 100000000 are accepted")]
    [DataRow(100_000_001ul, "announces a header of 100000001 bytes; at most 100000000 are accepted")]
    [DataRow(1000ul, "announces a header of 1000 bytes, but only 6 bytes follow")]
    public void Open_HeaderLengthBeyondTheFile_Refuses(ulong announced, string message)
    {
        using var folder = new TemporaryFolder();
        AssertRefused(folder.Write("hostile.safetensors", Build("{}", new byte[4], announced)), message);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(7)]
    public void Open_FileShorterThanItsLengthField_Refuses(int length)
    {
        using var folder = new TemporaryFolder();
        AssertRefused(folder.Write("hostile.safetensors", new byte[length]), $"it has {length} bytes, fewer than the 8");
    }

    [TestMethod]
    public void Open_BadUtf8InAName_Refuses()
    {
        var bytes = Build($"{{{Good}}}", new byte[4]);
        bytes[bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes("\"a\"")) + 1] = 0xFF;
        using var folder = new TemporaryFolder();
        AssertRefused(folder.Write("hostile.safetensors", bytes), "not the expected JSON");
    }

    [TestMethod]
    public void Open_EveryTruncationOfAGoodFile_Refuses()
    {
        using var folder = new TemporaryFolder();
        var good = Build($"{{{Good},{Entry("b", "I64", "[2]", "[4,20]")}}}", new byte[20]);
        for (var length = 0; length < good.Length; length++)
        {
            var path = folder.Write("cut.safetensors", good.AsSpan(0, length));
            Assert.ThrowsExactly<SteeringException>(() => SafetensorsFile.Open(path), $"{length} of {good.Length} bytes");
        }
    }

    [TestMethod]
    public void Open_MissingFileOrFolder_SaysSo()
    {
        using var folder = new TemporaryFolder();
        Refusal.Of(() => SafetensorsFile.Open(folder["none.safetensors"]), "does not exist");
        Refusal.Of(() => SafetensorsFile.Open(folder.Path), "is a folder; a file was expected");
    }

    private static void AssertRefused(string path, string message) =>
        Refusal.Of(() => SafetensorsFile.Open(path), path, message);
}
