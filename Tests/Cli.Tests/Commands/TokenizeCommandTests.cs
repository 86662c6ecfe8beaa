using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.Commands;

[TestClass]
public sealed class TokenizeCommandTests
{
    [TestMethod]
    public async Task Text_GivesTheOraclesIds_AndBack()
    {
        foreach (var line in Stories.Lines("tokenizer.jsonl").Where(line => line.GetProperty("text").GetString()!.Length > 0).Take(40))
        {
            var text = line.GetProperty("text").GetString()!;
            if (text.StartsWith('-'))
            {
                continue;
            }

            var run = (await CliRun.Of("tokenize", Stories.Checkpoint, text, "--json")).Succeeds();
            CollectionAssert.AreEqual(Stories.Ints(line.GetProperty("ids")), Stories.Ints(run.Json.GetProperty("ids")), text);
            Assert.AreEqual(line.GetProperty("decoded").GetString(), run.Json.GetProperty("text").GetString());
            Assert.AreEqual(run.Json.GetProperty("text").GetString(), string.Concat(run.Json.GetProperty("tokens").EnumerateArray().Select(token => token.GetString())));
        }
    }

    [TestMethod]
    public async Task Ids_GiveTheText()
    {
        Assert.AreEqual("Hello world\n", (await CliRun.Of("tokenize", Stories.Checkpoint, "--ids", "80,1288,139,410,555")).Succeeds().Output);
        Assert.AreEqual("80,1288,139,410,555\n", (await CliRun.Of("tokenize", Stories.Checkpoint, "Hello world")).Succeeds().Output);
        Assert.AreEqual("1,80,1288,139,410,555\n", (await CliRun.Of("tokenize", Stories.Checkpoint, "Hello world", "--special-tokens")).Succeeds().Output);
    }

    [TestMethod]
    public async Task TextAndIds_ExcludeEachOther() => (await CliRun.Of("tokenize", Stories.Checkpoint, "x", "--ids", "1")).Fails(2, "exclude each other");

    [TestMethod]
    public async Task NeitherTextNorIds_IsAUsageError() => (await CliRun.Of("tokenize", Stories.Checkpoint)).Fails(2, "TEXT", "--ids");
}
