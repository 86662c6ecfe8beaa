using Steering.Feed;

namespace Steering.Tests.Feed;

[TestClass]
public sealed class NpmClientTests
{
    private const string Needed = "Some.Package 1.2.3";

    [TestMethod]
    public async Task Fetch_WhenNpmIsMissing_SaysWhatToInstall()
    {
        using var pad = new Scratchpad();
        if (OperatingSystem.IsWindows())
        {
            Assert.Inconclusive("Skipped: on Windows the command interpreter answers for a missing npm.");
        }

        var npm = new NpmClient(pad.Path("no-such-npm"));

        var problem = await Assert.ThrowsExactlyAsync<FeedException>(() => Fetch(npm, pad, AnyPin()));

        Assert.Contains("No configured NuGet source serves Some.Package 1.2.3", problem.Message);
        Assert.Contains("npm, which would fetch it from made-up@1.0.0, is not on this machine", problem.Message);
        Assert.Contains("install Node.js with npm, or add a NuGet source", problem.Message);
    }

    [TestMethod]
    public async Task Fetch_WhenTheRegistryLacksThePackage_SaysSo()
    {
        using var pad = new Scratchpad();
        var npm = pad.FakeNpm("echo 'npm error code E404' >&2; exit 1");

        var problem = await Assert.ThrowsExactlyAsync<FeedException>(() => Fetch(npm, pad, AnyPin()));

        Assert.Contains("does not hold made-up@1.0.0", problem.Message);
        Assert.Contains("npm config set registry", problem.Message);
    }

    [TestMethod]
    public async Task Fetch_WhenNpmFailsOtherwise_ShowsItsLastWords()
    {
        using var pad = new Scratchpad();
        var npm = pad.FakeNpm("echo 'npm error network timed out' >&2; exit 7");

        var problem = await Assert.ThrowsExactlyAsync<FeedException>(() => Fetch(npm, pad, AnyPin()));

        Assert.Contains("(exit code 7): npm error network timed out", problem.Message);
    }

    [TestMethod]
    public async Task Fetch_WhenAnotherFileIsServed_Refuses()
    {
        using var pad = new Scratchpad();
        var tarball = pad.Tarball("served.tgz", ("package/a", "1"));
        var npm = pad.FakeNpm($"cp '{tarball}' \"$4/made-up-1.0.0.tgz\"");

        var problem = await Assert.ThrowsExactlyAsync<FeedException>(() => Fetch(npm, pad, AnyPin()));

        Assert.Contains("the registry served another file", problem.Message);
    }

    [TestMethod]
    public async Task Fetch_ReturnsTheVerifiedTarball()
    {
        using var pad = new Scratchpad();
        var tarball = pad.Tarball("served.tgz", ("package/a", "1"));
        var npm = pad.FakeNpm($"test \"$1 $2 $5\" = 'pack made-up@1.0.0 --ignore-scripts' && cp '{tarball}' \"$4/made-up-1.0.0.tgz\"");

        var path = await Fetch(npm, pad, Scratchpad.Pin(tarball));

        CollectionAssert.AreEqual(File.ReadAllBytes(tarball), File.ReadAllBytes(path));
    }

    private static NpmPackage AnyPin() => new("made-up", "1.0.0", "not-a-digest", 1 << 20);

    private static Task<string> Fetch(NpmClient npm, Scratchpad pad, NpmPackage package) =>
        npm.FetchAsync(package, Needed, pad.NewFolder("download"), CancellationToken.None);
}
