using System.Text.Json;
using Steering.Export.Checkpoints;
using Steering.Export.Hub;
using Steering.Tests.Export.Hub.Support;

namespace Steering.Tests.Export.Hub;

/// <summary>What a pull brings, and what it leaves.</summary>
[TestClass]
public sealed class PullTests
{
    private static readonly byte[] Weights = FakeHub.Bytes(300_000);

    [TestMethod]
    public async Task Pull_BringsWhatAnImportNeeds_AndSaysWhyTheRestStays()
    {
        using var test = new HubTest();
        test.Hub.Add("model.safetensors", Weights, large: true).Add("config.json", "{}").Add("tokenizer.json", "{ }").Add("generation_config.json", "[]")
            .Add("chat_template.jinja", "x").Add("tokenizer.model", FakeHub.Bytes(50)).Add("pytorch_model.bin", FakeHub.Bytes(99)).Add("pytorch_model.bin.index.json", "{}")
            .Add("onnx/model.onnx", FakeHub.Bytes(7)).Add("README.md", "read").Add("model-q8.gguf", FakeHub.Bytes(9)).Add("empty.json", []);

        var result = await test.PullAsync();

        Assert.AreEqual(FakeHub.Commit, result.Commit);
        Assert.AreSequenceEqual(["chat_template.jinja", "config.json", "empty.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer.model"], test.Names);
        Assert.AreSequenceEqual(Weights, await File.ReadAllBytesAsync(test.At("model.safetensors")));
        Assert.IsEmpty(await File.ReadAllBytesAsync(test.At("empty.json")));
        var reasons = result.LeftOut.ToDictionary(file => file.Path, file => file.Reason);
        Assert.Contains("run any code", reasons["pytorch_model.bin"]);
        Assert.Contains("folder", reasons["onnx/model.onnx"]);
        Assert.Contains("model.safetensors", reasons["model-q8.gguf"]);
        Assert.Contains("not needed", reasons["README.md"]);
        Assert.AreEqual(new HubPulledFile("model.safetensors", Weights.Length, "sha256:" + FakeHub.Sha256(Weights), Fetched: true), result.Files.Single(file => file.Path == "model.safetensors"));
        Assert.IsTrue(test.Hub.Downloads.All(target => target.Contains($"/resolve/{FakeHub.Commit}/", StringComparison.Ordinal)));
        Assert.AreEqual(1.0, test.Reports[^1].Fraction);
    }

    [TestMethod]
    public async Task Again_FetchesNothing()
    {
        using var test = new HubTest();
        test.Hub.Add("model.safetensors", Weights, large: true).Add("config.json", "{}");
        await test.PullAsync();
        var downloads = test.Hub.Downloads.Length;

        var again = await test.PullAsync();

        Assert.HasCount(downloads, test.Hub.Downloads);
        Assert.AreEqual(0, again.BytesReceived);
        Assert.IsFalse(again.Files.Any(file => file.Fetched));
    }

    [TestMethod]
    public async Task AgainWithAMissingFile_FetchesThatOne_AndTheSameSizeIsNotEnough()
    {
        using var test = new HubTest();
        test.Hub.Add("model.safetensors", Weights, large: true).Add("config.json", "{}");
        await test.PullAsync();
        File.Delete(test.At("model.safetensors"));
        Assert.AreSequenceEqual(["model.safetensors"], (await test.PullAsync()).Files.Where(file => file.Fetched).Select(file => file.Path));

        await File.WriteAllTextAsync(test.At("config.json"), "[]");
        await test.RefusesAsync(test.At("config.json"), "--overwrite");
        Assert.AreEqual("[]", await File.ReadAllTextAsync(test.At("config.json")));
        await test.PullAsync(new HubPullOptions { Repository = HubRepository.Parse("org/name"), Folder = test.Out, Overwrite = true });
        Assert.AreEqual("{}", await File.ReadAllTextAsync(test.At("config.json")));
    }

    [TestMethod]
    public async Task FileThatIsThereByOtherMeans_IsKnownByItsHash()
    {
        using var test = new HubTest();
        test.Hub.Add("model.safetensors", Weights, large: true).Add("config.json", "{}");
        Directory.CreateDirectory(test.Out);
        await File.WriteAllBytesAsync(test.At("model.safetensors"), Weights);
        Assert.AreSequenceEqual(["config.json"], (await test.PullAsync()).Files.Where(file => file.Fetched).Select(file => file.Path));
    }

    [TestMethod]
    public async Task ListingOfSeveralPages_IsReadWhole_AndItsLinksToOtherHostsAreNotFollowed()
    {
        using var test = new HubTest { Token = "hf_secret" };
        test.Hub.PageSize = 2;
        test.Hub.Add("model.safetensors", Weights, large: true).Add("a.json", "1").Add("b.json", "2").Add("c.json", "3");
        Assert.HasCount(4, (await test.PullAsync()).Files);
        Assert.HasCount(3, test.Hub.Server.Calls.Where(call => call.Target.Contains("/tree/", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task ListingWithoutEnd_IsRefused()
    {
        using var test = new HubTest();
        Func<HubCall, Task> same = call => call.AnswerAsync(200, "[]", "Link: <http://x/?cursor=1>; rel=\"next\"");
        test.Hub.Next("/tree/", same, same, same);
        await test.RefusesAsync("does not end");
    }

    [TestMethod]
    [DataRow("this is no JSON", "not valid JSON")]
    [DataRow("""{"error": "x"}""", "not an array")]
    [DataRow("""[{"path": "config.json"}]""", "no type")]
    [DataRow("""[{"type": "file", "path": "config.json", "size": -1, "oid": "0123456789abcdef0123456789abcdef01234567"}]""", "no size")]
    [DataRow("""[{"type": "file", "path": "config.json", "size": 1, "oid": "zz"}]""", "hash")]
    [DataRow("""[{"type": "file", "path": "a", "size": 1, "oid": "0123456789abcdef0123456789abcdef01234567"}, {"type": "file", "path": "a", "size": 1, "oid": "0123456789abcdef0123456789abcdef01234567"}]""", "twice")]
    public async Task Listing_ThatIsNone_IsRefused(string listing, string part)
    {
        using var test = new HubTest();
        test.Hub.Next("/tree/", call => call.AnswerAsync(200, listing));
        await test.RefusesAsync(part);
        Assert.IsFalse(Directory.Exists(test.Out));
    }

    [TestMethod]
    public async Task EndlessListing_IsCutOff()
    {
        using var test = new HubTest();
        test.Hub.Next("/tree/", async call =>
        {
            await call.HeadAsync(200);
            var blank = new byte[1 << 20];
            Array.Fill(blank, (byte)' ');
            for (var mebibyte = 0; mebibyte < 64; mebibyte++)
            {
                await call.SendAsync(blank);
            }
        });
        await test.RefusesAsync("short list was expected");
    }

    [TestMethod]
    [DataRow("../config.json")]
    [DataRow("a/../../config.json")]
    [DataRow("/etc/config.json")]
    [DataRow("a\0.json")]
    [DataRow("a\\b.json")]
    [DataRow("c:evil.json")]
    [DataRow("NUL.json")]
    [DataRow("com1.json")]
    [DataRow("folder./x.json")]
    [DataRow("a//x.json")]
    [DataRow("./x.json")]
    [DataRow(".steer-pull/pull.json")]
    [DataRow(".git/config.json")]
    public async Task HostileName_IsRefused_BeforeAnythingIsFetched(string name)
    {
        using var test = new HubTest();
        test.Hub.Add("model.safetensors", Weights, large: true);
        test.Hub.ForeignEntries.Add(FakeHub.Entry(name, 2, FakeHub.GitSha1("{}"u8.ToArray())));
        await test.RefusesAsync(() => test.PullAsync("*"), "file");
        Assert.IsEmpty(test.Hub.Downloads);
        Assert.IsFalse(Directory.Exists(test.Out));
    }

    [TestMethod]
    public async Task NamesThatExcludeEachOther_AreRefused()
    {
        using var test = new HubTest();
        test.Hub.Add("a.json", "1").Add("A.json", "2");
        await test.RefusesAsync(() => test.PullAsync("*"), "'a.json'", "'A.json'");
        test.Hub.Remove("A.json");
        test.Hub.Add("a.json/b", "2");
        await test.RefusesAsync(() => test.PullAsync("*"), "contradicts itself");
    }

    [TestMethod]
    public async Task SymbolicLinkOutOfTheFolder_IsNotWrittenThrough()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Inconclusive("Skipped: links need rights on Windows.");
        }

        using var test = new HubTest();
        using var elsewhere = new TemporaryFolder();
        test.Hub.Add("sub/x.json", "1");
        Directory.CreateDirectory(test.Out);
        Directory.CreateSymbolicLink(test.At("sub"), elsewhere.Path);
        await test.RefusesAsync(() => test.PullAsync("*"), "outside the folder");
        Assert.IsEmpty(Directory.GetFileSystemEntries(elsewhere.Path));
    }

    [TestMethod]
    public async Task FullDisk_IsNoticedBefore_AndNothingIsMade()
    {
        using var test = new HubTest { FreeBytes = _ => 100_000 };
        test.Hub.Add("model.safetensors", Weights, large: true);
        await test.RefusesAsync("300.0 kB", "100.0 kB free");
        Assert.IsEmpty(test.Hub.Downloads);
        Assert.IsFalse(Directory.Exists(test.Out));
    }

    [TestMethod]
    public async Task SecondProcess_IsKeptOut_AndTheFirstGoesOn()
    {
        using var test = new HubTest();
        test.Hub.Add("model.safetensors", Weights, large: true);
        test.Hub.Next("model.safetensors", async call =>
        {
            await test.RefusesAsync("Another process");
            await test.Hub.HonestAsync(call);
        });
        Assert.HasCount(1, (await test.PullAsync()).Files);
    }

    [TestMethod]
    public async Task BranchThatMoved_IsRefused_AndOverwriteBringsAllOfTheNewCommit()
    {
        using var test = new HubTest();
        test.Hub.Add("model.safetensors", Weights, large: true).Add("config.json", "{}").Add("old.json", "0");
        await test.PullAsync();
        test.Hub.Head = new string('b', 40);
        test.Hub.Add("config.json", "[]").Remove("old.json");
        await test.RefusesAsync(FakeHub.Commit, test.Hub.Head, "--overwrite");
        Assert.AreEqual("{}", await File.ReadAllTextAsync(test.At("config.json")));
        test.Hub.Next("config.json", call => call.AnswerAsync(200, "[]"));

        // Other files are asked for; what the folder holds of the old commit comes along.
        test.Hub.Add("extra/x.json", "9").Next("x.json", call => call.AnswerAsync(200, "9"));
        var result = await test.PullAsync(new HubPullOptions { Repository = HubRepository.Parse("org/name"), Folder = test.Out, Patterns = ["extra/"], Overwrite = true });

        Assert.AreSequenceEqual(["config.json", "extra/x.json", "model.safetensors"], test.Names);
        Assert.AreEqual("[]", await File.ReadAllTextAsync(test.At("config.json")));
        Assert.AreEqual(test.Hub.Head, result.Commit);
        Assert.AreEqual(test.Hub.Head, JsonDocument.Parse(await File.ReadAllBytesAsync(test.At(".steer-pull", "pull.json"))).RootElement.GetProperty("commit").GetString());
    }

    [TestMethod]
    public async Task FolderOfAnotherRepository_IsRefused()
    {
        using var test = new HubTest();
        test.Hub.Add("model.safetensors", Weights, large: true);
        await test.PullAsync();
        using var other = new HubTest { Hub = new FakeHub("org/other").Add("model.safetensors", Weights, large: true) };
        await test.RefusesAsync(
            () => other.PullAsync(new HubPullOptions { Repository = HubRepository.Parse("org/other"), Folder = test.Out, Overwrite = true }), "holds org/name", "--out");
    }

    [TestMethod]
    public async Task InterruptedPull_IsNoCheckpoint_UntilItIsComplete()
    {
        using var test = new HubTest();
        test.Hub.Add("model.safetensors", Weights, large: true).Add("config.json", "{}").Next("model.safetensors", call => call.AnswerAsync(403, "no"));
        await test.RefusesAsync("403");
        Assert.AreSequenceEqual(["config.json"], test.Names);
        Refusal.Of(() => Checkpoint.Open(test.Out), "did not finish", "'model.safetensors'", $"steer pull org/name@{FakeHub.Commit}");
        await test.PullAsync();
        Assert.DoesNotContain("did not finish", Assert.ThrowsExactly<SteeringException>(() => Checkpoint.Open(test.Out)).Message);
    }

    [TestMethod]
    public async Task DataSet_HasItsOwnAddresses()
    {
        using var test = new HubTest { Hub = new FakeHub("datasets/org/texts").Add("data/a.jsonl", "{}") };
        await test.RefusesAsync("data set", "'data/*'");
        Assert.HasCount(1, (await test.PullAsync("data/*")).Files);
        Assert.IsTrue(test.Hub.Server.Calls.Any(call => call.Target == "/api/datasets/org/texts/revision/main"));
    }
}
