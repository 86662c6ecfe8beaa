using System.IO.Compression;
using Steering.Feed;

namespace Steering.Tests.Feed;

[TestClass]
public sealed class PackageFeedTests
{
    [TestMethod]
    public async Task Prepare_WhenASourceServesEverything_OnlyLeavesTheStamp()
    {
        using var pad = new Scratchpad();
        var feed = Feed(pad, ProbeVerdict.Served, out var asked);

        await feed.PrepareAsync([Recipe(AnyPin())], pad.Path("stamp"), CancellationToken.None);

        Assert.AreEqual("Made.Up 1.2.3" + Environment.NewLine, File.ReadAllText(pad.Path("stamp")));
        Assert.HasCount(1, asked);
        Assert.IsFalse(Directory.Exists(pad.Path("packages")));
    }

    [TestMethod]
    public async Task Prepare_WhenTheStampIsThere_AsksNobody()
    {
        using var pad = new Scratchpad();
        File.WriteAllText(pad.Path("stamp"), "");
        var feed = Feed(pad, ProbeVerdict.Lacking, out var asked);

        await feed.PrepareAsync([Recipe(AnyPin())], pad.Path("stamp"), CancellationToken.None);

        Assert.IsEmpty(asked);
    }

    [TestMethod]
    public async Task Prepare_WhenThePackageIsInTheFolder_AsksNobody()
    {
        using var pad = new Scratchpad();
        File.WriteAllText(Path.Combine(pad.NewFolder("packages"), "Made.Up.1.2.3.nupkg"), "");
        var feed = Feed(pad, ProbeVerdict.Lacking, out var asked);

        await feed.PrepareAsync([Recipe(AnyPin())], pad.Path("stamp"), CancellationToken.None);

        Assert.IsEmpty(asked);
        Assert.IsTrue(File.Exists(pad.Path("stamp")));
    }

    [TestMethod]
    public async Task Prepare_WhenOnlyTheCacheHoldsIt_LeavesTheQuestionOpen()
    {
        using var pad = new Scratchpad();
        var feed = Feed(pad, ProbeVerdict.OnlyCached, out _);

        await feed.PrepareAsync([Recipe(AnyPin())], pad.Path("stamp"), CancellationToken.None);

        Assert.IsFalse(File.Exists(pad.Path("stamp")));
    }

    [TestMethod]
    public async Task Prepare_WhenMakingFails_LeavesNeitherStampNorRemains()
    {
        using var pad = new Scratchpad();
        var feed = Feed(pad, ProbeVerdict.Lacking, out _, pad.FakeNpm("exit 1"));

        await Assert.ThrowsExactlyAsync<FeedException>(() => feed.PrepareAsync([Recipe(AnyPin())], pad.Path("stamp"), CancellationToken.None));

        Assert.IsFalse(File.Exists(pad.Path("stamp")));
        Assert.IsEmpty(Directory.GetDirectories(pad.Path("obj", "feed")));
        Assert.IsFalse(Directory.Exists(pad.Path("packages")));
    }

    [TestMethod]
    public async Task Prepare_WhenNobodyServesIt_MakesThePackage()
    {
        using var pad = new Scratchpad();
        var path = await Make(pad);

        using var package = ZipFile.OpenRead(path);
        CollectionAssert.AreEquivalent(
            new[] { "Made.Up.nuspec", "[Content_Types].xml", "_rels/.rels", "LICENSE", "lib/net10.0/_._", "runtimes/linux-x64/native/liba.so" },
            package.Entries.Select(entry => entry.FullName).ToArray());
        using var native = new StreamReader(package.GetEntry("runtimes/linux-x64/native/liba.so")!.Open());
        Assert.AreEqual("machine code", await native.ReadToEndAsync());
        using var manifest = new StreamReader(package.GetEntry("Made.Up.nuspec")!.Open());
        Assert.Contains("Not the publisher's own package", await manifest.ReadToEndAsync());
    }

    [TestMethod]
    public async Task Prepare_MadeTwice_GivesTheSameBytes()
    {
        using var first = new Scratchpad();
        using var second = new Scratchpad();

        CollectionAssert.AreEqual(File.ReadAllBytes(await Make(first)), File.ReadAllBytes(await Make(second)));
    }

    [TestMethod]
    public async Task Prepare_WhenTheTarballLacksAFile_NamesIt()
    {
        using var pad = new Scratchpad();
        var tarball = pad.Tarball("served.tgz", ("package/LICENSE", "free"));
        var feed = Feed(pad, ProbeVerdict.Lacking, out _, pad.FakeNpm($"cp '{tarball}' \"$4/a.tgz\""));

        var problem = await Assert.ThrowsExactlyAsync<FeedException>(
            () => feed.PrepareAsync([Recipe(Scratchpad.Pin(tarball))], pad.Path("stamp"), CancellationToken.None));

        Assert.Contains("made-up@1.0.0 holds no 'package/liba.so', which Made.Up 1.2.3 needs", problem.Message);
    }

    [TestMethod]
    public async Task Prepare_ByTwoAtOnce_AsksOnce()
    {
        using var pad = new Scratchpad();
        var entered = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var waiting = new TaskCompletionSource();
        var asked = 0;
        async Task<ProbeVerdict> Ask(PackageRecipe recipe, string folder, CancellationToken cancellation)
        {
            Interlocked.Increment(ref asked);
            entered.SetResult();
            await release.Task.WaitAsync(cancellation);
            return ProbeVerdict.Served;
        }

        void Say(string line)
        {
            if (line.Contains("waiting for it", StringComparison.Ordinal))
            {
                waiting.TrySetResult();
            }
        }

        PackageRecipe[] recipes = [Recipe(AnyPin())];
        var first = new PackageFeed(pad.Folder, new NpmClient(), Say, Ask).PrepareAsync(recipes, pad.Path("stamp"), CancellationToken.None);
        await entered.Task;
        var second = new PackageFeed(pad.Folder, new NpmClient(), Say, Ask).PrepareAsync(recipes, pad.Path("stamp"), CancellationToken.None);
        await waiting.Task;
        release.SetResult();
        await Task.WhenAll(first, second);

        Assert.AreEqual(1, asked);
    }

    private static async Task<string> Make(Scratchpad pad)
    {
        var tarball = pad.Tarball("served.tgz", ("package/LICENSE", "free"), ("package/liba.so", "machine code"));
        var pin = Scratchpad.Pin(tarball);
        var feed = Feed(pad, ProbeVerdict.Lacking, out _, pad.FakeNpm($"cp '{tarball}' \"$4/a.tgz\""));
        await feed.PrepareAsync([Recipe(pin)], pad.Path("stamp"), CancellationToken.None);
        Assert.IsTrue(File.Exists(pad.Path("stamp")));
        return pad.Path("packages", "Made.Up.1.2.3.nupkg");
    }

    private static NpmPackage AnyPin() => new("made-up", "1.0.0", "not-a-digest", 1 << 20);

    private static PackageRecipe Recipe(NpmPackage from) =>
        new(
            "Made.Up", "1.2.3", "Made up.", [new("Other", "1.0.0")], null,
            [new(from, "package/LICENSE", "LICENSE"), new(from, "package/liba.so", "runtimes/linux-x64/native/liba.so")]);

    private static PackageFeed Feed(Scratchpad pad, ProbeVerdict verdict, out List<string> asked, NpmClient? npm = null)
    {
        var names = asked = [];
        return new PackageFeed(
            pad.Folder,
            npm ?? new NpmClient(pad.Path("must-not-be-called")),
            _ => { },
            (recipe, _, _) =>
            {
                names.Add(recipe.Id);
                return Task.FromResult(verdict);
            });
    }
}
