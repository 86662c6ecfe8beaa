using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.Commands;

[TestClass]
public sealed class ImportCommandTests
{
    [TestMethod]
    public async Task Import_SaysWhatItMade_WithoutProgressWhenRedirected()
    {
        using var folder = new TemporaryFolder();
        var run = (await CliRun.Of("import", Stories.Checkpoint, folder["out"], "--sites", "1")).Succeeds();
        Assert.Contains("resid_post.1", run.Output);
        Assert.DoesNotContain("%", run.Output);
        Assert.AreEqual(1, run.Output.Count(letter => letter == '\n'), run.Output);
        Assert.IsTrue(File.Exists(folder["out", "manifest.json"]));
    }

    [TestMethod]
    public async Task Import_AtATerminal_ShowsHowFarItIs()
    {
        using var folder = new TemporaryFolder();
        using var terminal = new ScriptedTerminal();
        var run = (await CliRun.AtTerminal(terminal, "import", Stories.Checkpoint, folder["out"])).Succeeds();
        Assert.Contains("%", run.Output);
    }

    [TestMethod]
    public async Task WithoutSites_TheFolderTalksAndIsSocketedLater()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("no sockets", (await CliRun.Of("import", Stories.Checkpoint, folder["plain"])).Succeeds().Output);
        (await CliRun.Of("generate", folder["plain"], "--prompt", "Once", "--max-tokens", "2")).Succeeds();
        (await CliRun.Of("generate", folder["plain"], "--prompt", "Once", "--sae", Stories.TopK, "--watch", "7")).Fails(1, "no sockets", "steer socket");

        Assert.Contains("resid_post.0, resid_post.1", (await CliRun.Of("socket", folder["plain"], folder["socketed"], "--sites", "all")).Succeeds().Output);
        (await CliRun.Of("generate", folder["socketed"], "--prompt", "Once", "--max-tokens", "2", "--sae", Stories.TopK, "--watch", "7")).Succeeds();
    }

    [TestMethod]
    public async Task Existing_IsKept_UnlessOverwriteIsGiven()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["out"]);
        await File.WriteAllTextAsync(folder["out", "mine.txt"], "keep");
        (await CliRun.Of("import", Stories.Checkpoint, folder["out"])).Fails(1, folder["out"]);
        Assert.IsTrue(File.Exists(folder["out", "mine.txt"]));

        (await CliRun.Of("import", Stories.Checkpoint, folder["model"])).Succeeds();
        (await CliRun.Of("import", Stories.Checkpoint, folder["model"])).Fails(1, folder["model"]);
        (await CliRun.Of("import", Stories.Checkpoint, folder["model"], "--overwrite")).Succeeds();
    }

    [TestMethod]
    public async Task UnknownBlock_IsRefused_AndNothingIsLeft()
    {
        using var folder = new TemporaryFolder();
        (await CliRun.Of("import", Stories.Checkpoint, folder["out"], "--sites", "0,9")).Fails(1, "9");
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public async Task ExactActivations_WithoutInt4_IsAUsageError()
    {
        using var folder = new TemporaryFolder();
        (await CliRun.Of("import", Stories.Checkpoint, folder["out"], "--exact-activations")).Fails(2, "--precision int4");
        (await CliRun.Of("import", Stories.Checkpoint, folder["out"], "--exact-activations", "--precision", "int4")).Succeeds();
    }

    [TestMethod]
    public async Task WrongSource_IsRefused()
    {
        using var folder = new TemporaryFolder();
        (await CliRun.Of("import", folder["absent.gguf"], folder["out"])).Fails(1, "absent.gguf");
        (await CliRun.Of("import", folder.Write("model.bin", [1, 2, 3]), folder["out"])).Fails(1, "model.bin");
        (await CliRun.Of("import", folder.Write("model.gguf", "no gguf at all"u8), folder["out"])).Fails(1, "model.gguf");
        Assert.IsFalse(Directory.Exists(folder["out"]));
    }

    [TestMethod]
    public async Task Cancelled_LeavesNothing()
    {
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        (await CliRun.Of(string.Empty, source.Token, "import", Stories.Checkpoint, folder["out"])).Fails(130, "cancelled");
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    [TestCategory("Model")]
    public async Task CancelledWhileWritingWeights_LeavesNothing()
    {
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        var gguf = Directory.GetFiles(OracleFolder.RequireModel("smollm2-135m-instruct"), "*.gguf").Single();
        using var watcher = new FileSystemWatcher(folder.Path) { IncludeSubdirectories = true, EnableRaisingEvents = true };
        watcher.Created += (_, _) => source.Cancel();
        (await CliRun.Of(string.Empty, source.Token, "import", gguf, folder["out"])).Fails(130, "cancelled");
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }
}
