using System.Text.Json;
using System.Text.Json.Serialization;
using Steering.IO;

namespace Steering.Tests.Sdk.IO;

/// <summary>Reasons are for who wrote the file: they speak neither of readers nor of .NET.</summary>
[TestClass]
public sealed class JsonReasonTests
{
    private static readonly JsonSerializerOptions Strict = new() { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true };

    [TestMethod]
    [DataRow("{\"Count\": 1,}", "line 1, byte 13: a comma stands before the closing bracket; remove it")]
    [DataRow("{\n \"Count\": x}", "at 'Count', line 2, byte 11: 'x' is an invalid start of a value")]
    [DataRow("", "it is empty")]
    [DataRow("{\"Count\": \"many\"}", "at 'Count', line 1, byte 17: a whole number was expected")]
    [DataRow("{\"Cuont\": 1}", "'Cuont' is no key that is known: did you mean 'Count'? Known are Count")]
    [DataRow("{}", "it lacks 'Count'; add it")]
    public void Reason_NamesThePlaceAndTheCure(string json, string reason)
    {
        var failure = Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Probe>(json, Strict));
        var said = JsonReason.Of(failure, _ => ["Count"]);
        Assert.StartsWith(reason, said);
        Assert.DoesNotContain("reader options", said);
        Assert.DoesNotContain(".NET", said);
    }

    private sealed record Probe
    {
        public required int Count { get; init; }
    }
}
