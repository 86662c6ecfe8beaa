using System.Text;
using Steering.IO;

namespace Steering.Tests.Sdk.IO;

[TestClass]
public sealed class StrictJsonTests
{
    [TestMethod]
    public void Parse_ReadsADocument()
    {
        using var document = StrictJson.Parse("a.json", "{\"a\": [1, \"\\u00fc\"]}"u8.ToArray());

        Assert.AreEqual("ü", document.RootElement.GetProperty("a")[1].GetString());
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("{\"a\": 1} x")]
    [DataRow("{\"a\": 1, \"a\": 2}")]
    [DataRow("[[[1]]]")]
    [DataRow("[1,]")]
    [DataRow("{\"a\": \"\\ud800\"}")]
    [DataRow("{\"\\udc00\": 1}")]
    public void Parse_WhenTheTextIsNotStrictJson_NamesTheFile(string text) =>
        Refusal.Of(() => StrictJson.Parse("a.json", Encoding.UTF8.GetBytes(text), maximumDepth: 2), "a.json is not valid JSON: ");

    [TestMethod]
    [DataRow((byte)0xFF)]
    [DataRow((byte)0xC0)]
    public void Parse_WhenAByteIsNoUtf8_NamesTheFile(byte wrong) =>
        Refusal.Of(() => StrictJson.Parse("a.json", new byte[] { (byte)'[', (byte)'"', wrong, (byte)'"', (byte)']' }), "a.json is not valid JSON: ");
}
