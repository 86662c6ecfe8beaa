using Steering.IO;

namespace Steering.Tests.Sdk.IO;

[TestClass]
public sealed class FingerprintTests
{
    [TestMethod]
    public void Sha256_OfKnownContent_IsTheStandardsOwnExample()
    {
        using var folder = new TemporaryFolder();

        // FIPS 180-4's examples: "abc", nothing, and a million times "a".
        Assert.AreEqual("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Fingerprint.Sha256(folder.Write("abc", "abc"u8)));
        Assert.AreEqual("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", Fingerprint.Sha256(folder.Write("none", [])));
        var million = new byte[1_000_000];
        million.AsSpan().Fill((byte)'a');
        Assert.AreEqual("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", Fingerprint.Sha256(folder.Write("a", million)));
    }

    [TestMethod]
    public void Sha256_ReportsProgressAndCanBeCancelled()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("f", new byte[(2 << 20) + 5]);
        var reports = new Reports();
        Fingerprint.Sha256(path, reports);
        Assert.AreEqual((2 << 20) + 5, reports.Seen[^1]);
        Assert.IsGreaterThan(1, reports.Seen.Count);
        Assert.ThrowsExactly<OperationCanceledException>(() => Fingerprint.Sha256(path, null, new CancellationToken(canceled: true)));
        Refusal.Of(() => Fingerprint.Sha256(folder["none"]), "does not exist");
    }

    private sealed class Reports : IProgress<long>
    {
        public List<long> Seen { get; } = [];

        public void Report(long value) => Seen.Add(value);
    }
}
