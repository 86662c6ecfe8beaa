using Steering.Analysis.Shards;
using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.Commands;

/// <summary><c>steer harvest</c> on a small real model.</summary>
[TestClass]
public sealed class HarvestCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task Harvest_WritesShards_AndSaysWhatIsInThem()
    {
        var json = (await Harvest("--json", "--precision", "fp32", "--shard-size", "1")).Succeeds().Json;
        var index = ShardIndex.Load(_folder["shards"]);
        Assert.IsTrue(index.IsComplete);
        Assert.AreEqual(index.Shards.Count, json.GetProperty("shards").GetInt32());
        Assert.IsGreaterThan(1, index.Shards.Count);
        Assert.AreEqual("resid_post.0", json.GetProperty("site").GetString());
        Assert.AreEqual("F32", json.GetProperty("type").GetString());
        Assert.AreEqual(index.Counts.Rows, json.GetProperty("rows").GetInt64());
        Assert.AreEqual(index.Counts.Tokens, json.GetProperty("tokensThisRun").GetInt64());
        Assert.AreEqual(json.GetProperty("tokens").GetInt64(), json.GetProperty("rows").GetInt64() + json.GetProperty("firstPositions").GetInt64() + json.GetProperty("massiveTokens").GetInt64());
        Assert.AreEqual(json.GetProperty("windows").GetInt64(), json.GetProperty("firstPositions").GetInt64());

        var info = (await CliRun.Of("info", _folder["shards"], "--json")).Succeeds().Json;
        Assert.AreEqual("shards", info.GetProperty("kind").GetString());
        Assert.AreEqual(index.Counts.Rows, info.GetProperty("facts").GetProperty("rows").GetInt64());
        Assert.IsTrue(info.GetProperty("facts").GetProperty("complete").GetBoolean());

        var again = (await Harvest("--precision", "fp32", "--shard-size", "1")).Succeeds();
        Assert.Contains($"holds {index.Counts.Rows} activations of {index.Job.HiddenSize} numbers at resid_post.0", again.Output);
        Assert.Contains("complete already", again.Output);
    }

    [TestMethod]
    public async Task Harvest_KeepingEverything_StopsWhereItIsTold()
    {
        var json = (await Harvest("--json", "--keep-first", "--massive", "0", "--tokens", "100", "--unit", "line", "--bos", "document")).Succeeds().Json;
        Assert.AreEqual((128, 128, 0), (json.GetProperty("tokens").GetInt32(), json.GetProperty("rows").GetInt32(), json.GetProperty("firstPositions").GetInt32()));
    }

    [TestMethod]
    public async Task Harvest_OfWhatCannotBe_IsRefused()
    {
        (await Harvest()).Succeeds();
        (await Harvest("--precision", "bf16")).Fails(1, "another harvest", "'F16' there and 'BF16' here");
        (await Harvest("--precision", "fp8")).Fails(2, "fp16 or bf16 or fp32");
        (await Harvest("--massive", "-1")).Fails(2, "--massive");
        (await Harvest("--massive", "0.5")).Fails(1, "at least 1");
        (await Harvest("--field", "body")).Fails(1, "plain text");
        (await Harvest("--chat")).Fails(1, "JSON lines");
        (await CliRun.Of("harvest", Stories.Folder, "--text", _folder["text.txt"], "--site", "9", "--out", _folder["other"])).Fails(1, "no site 'resid_post.9'", "resid_post.1");
        (await CliRun.Of("harvest", Stories.Folder, "--text", _folder.Write("empty.txt", []), "--site", "0", "--out", _folder["other"])).Fails(1, "empty.txt holds no text");
        (await CliRun.Of("harvest", Stories.Folder, "--text", _folder["text.txt"], "--out", _folder["other"])).Fails(2, "--site");
        (await CliRun.Of("harvest", Stories.Folder, "--text", _folder.Write("other.jsonl", "{\"body\": \"x\"}"u8), "--site", "0", "--out", _folder["other"])).Fails(1, "no field 'text'", "body");
        (await CliRun.Of("harvest", Stories.Folder, "--text", _folder.Write("short.txt", "Once"u8), "--site", "0", "--out", _folder["other"])).Fails(1, "fewer than one window");
        Assert.IsFalse(Directory.Exists(_folder["other"]), "a harvest that failed at its beginning leaves nothing behind");
    }

    private Task<CliRun> Harvest(params string[] more)
    {
        var text = _folder.Write("text.txt", System.Text.Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 300).Select(number => $"Once upon a time {number} little cats saw a big dog in the park."))));
        return CliRun.Of(["harvest", Stories.Folder, "--text", text, "--site", "0", "--out", _folder["shards"], "--window", "64", .. more]);
    }
}
