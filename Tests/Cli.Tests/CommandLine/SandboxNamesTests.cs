using System.Text;
using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.CommandLine;

/// <summary>The name <c>sandbox</c> and the names of what belongs to it, in every command that takes a model, an SAE or a policy.</summary>
[TestClass]
public sealed class SandboxNamesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _before = Directory.GetCurrentDirectory();

    public SandboxNamesTests() => Directory.SetCurrentDirectory(_folder.Path);

    public void Dispose()
    {
        Directory.SetCurrentDirectory(_before);
        _folder.Dispose();
    }

    [TestMethod]
    public async Task EveryCommandThatTakesAModel_TakesTheSandbox()
    {
        _folder.Write("text.txt", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("The sea is calm and the storm is far away. ", 40))));
        _folder.Write("a.txt", "The sea is calm.\nThe sky is blue."u8);
        _folder.Write("b.txt", "A storm came.\nIt rained."u8);
        foreach (var line in (string[])
        [
            "generate sandbox --prompt Hi --max-tokens 2",
            "generate sandbox --prompt Hi --max-tokens 2 --sae late-topk --watch 3 --policy friendly",
            "generate sandbox --prompt Hi --max-tokens 2 --sae x=sandbox/mid-topk --watch x#3",
            "trace sandbox --prompt Hi --policy sandbox/loud --output trace.safetensors",
            "tokenize sandbox Hi",
            "info sandbox",
            "info sandbox/late-topk",
            "info sandbox/friendly",
            "features sandbox --sae late-topk --prompt Hi",
            "features search storm --sae sandbox/late-topk",
            "features show 3 --sae sandbox/late-topk",
            "features label 7 seven --sae sandbox/mid-topk",
            "harvest sandbox --text text.txt --window 16 --site 1 --out acts",
            "sae eval sandbox late-topk --text text.txt --window 16 --windows 4 --ce-windows 2",
            "sae stats sandbox mid-topk --text text.txt --window 16 --output stats.safetensors",
            "sae diff sandbox/mid-topk sandbox/late-topk --allow-other-model",
            "sae encode sandbox/late-topk --input trace.safetensors --output acts.safetensors",
            "sae export sandbox/late-topk onnx",
            "sae convert sandbox/late-topk converted",
            "vector diff sandbox --positive a.txt --negative b.txt --site 1 --output v.safetensors",
            "import sandbox small --precision int4 --sites all",
            "generate small --prompt Hi --max-tokens 2",
        ])
        {
            var run = await CliRun.Of(line.Split(' '));
            Assert.AreEqual(0, run.ExitCode, $"{line}: {run.Error}");
        }
    }

    [TestMethod]
    public async Task Train_OnTheSandbox_GivesAnSaeThatSteersIt()
    {
        _folder.Write("text.txt", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("The sea is calm and the storm is far away. ", 60))));
        var train = (await CliRun.Of("train", "sandbox", "text.txt", "mine", "--site", "1", "--latents", "64", "--k", "4", "--tokens", "400", "--batch-size", "64", "--window", "16", "--eval-windows", "4")).Succeeds();
        Assert.Contains("Steer with: steer chat sandbox --sae ", train.Output);
        (await CliRun.Of("generate", "sandbox", "--prompt", "Hi", "--max-tokens", "2", "--sae", "mine", "--watch", "3")).Succeeds();
    }

    [TestMethod]
    public async Task AFolderOfThatName_IsNamedWithItsDot()
    {
        var bundled = (await CliRun.Of("info", "sandbox", "--json")).Succeeds().Json;
        Assert.AreEqual(SandboxFixture.Bundle.ModelFolder, bundled.GetProperty("path").GetString());

        (await CliRun.Of("import", TinyCheckpoint.Write(_folder["checkpoint"]), "sandbox")).Fails(2, "the name of the bundled model", "./sandbox");
        (await CliRun.Of("import", _folder["checkpoint"], "./sandbox")).Succeeds();
        var still = await CliRun.Of("info", "sandbox", "--json");
        Assert.AreEqual(SandboxFixture.Bundle.ModelFolder, still.Json.GetProperty("path").GetString());
        Assert.AreEqual("note: 'sandbox' is the bundled model; the folder of that name here is ./sandbox\n", still.Error);
        Assert.AreEqual("./sandbox", (await CliRun.Of("info", "./sandbox", "--json")).Succeeds().Json.GetProperty("path").GetString());
    }

    [TestMethod]
    public async Task ABareNameThatIsAFolderToo_IsRefused()
    {
        Directory.CreateDirectory(_folder["late-topk"]);
        _folder.Write("friendly", "{}"u8);
        (await CliRun.Of("generate", "sandbox", "--prompt", "Hi", "--sae", "late-topk", "--watch", "3")).Fails(1, "sandbox/late-topk", "./late-topk");
        (await CliRun.Of("generate", "sandbox", "--prompt", "Hi", "--policy", "friendly")).Fails(1, "sandbox/friendly", "./friendly");
        (await CliRun.Of("generate", "sandbox", "--prompt", "Hi", "--max-tokens", "2", "--sae", "sandbox/late-topk", "--watch", "3")).Succeeds();
    }

    [TestMethod]
    [DataRow("generate sandbox --prompt Hi --sae late-topq --watch 3", "The sandbox has no autoencoder 'late-topq'; it has late-topk, mid-topk.")]
    [DataRow("generate sandbox --prompt Hi --policy kind", "The sandbox has no policy 'kind'; it has friendly, loud.")]
    [DataRow("generate sandbox --prompt Hi --sae sandbox --watch 3", "'sandbox' is a model, and an autoencoder was expected, as in sandbox/late-topk")]
    [DataRow("sae encode sandbox --input x --output y", "'sandbox' is a model, and an autoencoder was expected, as in sandbox/late-topk")]
    [DataRow("info sandbox/kind", "The sandbox has nothing called 'kind'; it has late-topk, mid-topk, friendly, loud.")]
    [DataRow("socket sandbox out --sites all", "The sandbox has sockets after every block already")]
    public async Task NamesThatTheSandboxLacks_AreRefusedWithWhatItHas(string line, string sentence) =>
        (await CliRun.Of(line.Split(' '))).Fails(1, sentence);

    [TestMethod]
    public async Task AnSaeOfTheSandboxOnAnotherModel_IsRefused()
    {
        (await CliRun.Of("import", TinyCheckpoint.Write(_folder["other"], headSize: 0.4), "mine", "--sites", "all")).Succeeds();
        (await CliRun.Of("generate", "mine", "--prompt", "Hi", "--sae", "sandbox/late-topk", "--watch", "3")).Fails(1, "made for another model");
        (await CliRun.Of("generate", "mine", "--prompt", "Hi", "--sae", "late-topk", "--watch", "3")).Fails(1, "late-topk");
    }
}
