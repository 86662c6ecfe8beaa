using Steering.Feed;

namespace Steering.Tests.Feed;

[TestClass]
public sealed class SourceProbeTests
{
    private const string NoSuchId = "p.csproj : error NU1101: Unable to find package X. No packages exist with this id in source(s): a, b";
    private const string NoSuchVersion = "p.csproj : error NU1102: Unable to find package X with version (= 1.29.0)";
    private const string Unreachable = "p.csproj : error NU1301: Unable to load the service index for a source.";

    [TestMethod]
    public void Verdict_WhenTheRestoreSucceeds_IsServed() => Assert.IsTrue(SourceProbe.Verdict(new ProcessOutcome(0, [])));

    [TestMethod]
    [DataRow(NoSuchId)]
    [DataRow(NoSuchVersion)]
    public void Verdict_WhenEverySourceLacksIt_IsLacking(string line) => Assert.IsFalse(SourceProbe.Verdict(new ProcessOutcome(1, [line, "Failed to restore."])));

    [TestMethod]
    [DataRow(Unreachable)]
    [DataRow("Out of memory.")]
    [DataRow(NoSuchId + "\n" + Unreachable)]
    public void Verdict_WhenASourceGaveNoAnswer_IsOpen(string lines) => Assert.IsNull(SourceProbe.Verdict(new ProcessOutcome(1, lines.Split('\n'))));
}
