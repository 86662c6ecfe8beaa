using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.Commands;

[TestClass]
public sealed class InfoCommandTests
{
    [TestMethod]
    public async Task Model_IsDescribed()
    {
        var run = (await CliRun.Of("info", Stories.Folder)).Succeeds();
        Assert.StartsWith("A model folder: ", run.Output);
        Assert.Contains("resid_post.0, resid_post.1", run.Output);
        Assert.Contains("context length", run.Output);

        var json = (await CliRun.Of("info", Stories.Folder, "--json")).Succeeds().Json;
        CollectionAssert.AreEqual(new[] { "kind", "path", "description", "facts" }, json.EnumerateObject().Select(property => property.Name).ToArray());
        Assert.AreEqual("model", json.GetProperty("kind").GetString());
        Assert.AreEqual(2, json.GetProperty("facts").GetProperty("blocks").GetInt32());
        Assert.AreEqual(128, json.GetProperty("facts").GetProperty("hiddenSize").GetInt32());
        Assert.AreEqual(2048, json.GetProperty("facts").GetProperty("vocabulary").GetInt32());
    }

    [TestMethod]
    public async Task AFileOfAModelFolder_MeansTheFolder()
    {
        var run = (await CliRun.Of("info", Path.Combine(Stories.Folder, "genai_config.json"), "--json")).Succeeds();
        Assert.AreEqual("model", run.Json.GetProperty("kind").GetString());
    }

    /// <summary>Info shows what a folder would load, and loads nothing; every command that runs it refuses.</summary>
    [TestMethod]
    public async Task AModelThatNamesALibrary_IsShown_AndRefusedUntilItIsAllowed()
    {
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(Stories.Folder))
        {
            File.Copy(file, folder[Path.GetFileName(file)]);
        }

        var config = folder["genai_config.json"];
        await File.WriteAllTextAsync(config, (await File.ReadAllTextAsync(config)).Replace("\"session_options\": {", "\"session_options\": { \"custom_ops_library\": \"ops.so\",", StringComparison.Ordinal));
        var info = (await CliRun.Of("info", folder.Path, "--json")).Succeeds().Json;
        Assert.AreEqual("model.decoder.session_options.custom_ops_library: ops.so", info.GetProperty("facts").GetProperty("loadsLibraries")[0].GetString());
        Assert.Contains("--allow-custom-operators", info.GetProperty("description").GetString()!);
        (await CliRun.Of("generate", folder.Path, "--prompt-ids", "5,6", "--max-tokens", "2")).Fails(1, "ops.so", "--allow-custom-operators");
        (await CliRun.Of("trace", folder.Path, "--prompt-ids", "5,6", "--output", folder["t.safetensors"])).Fails(1, "ops.so", "--allow-custom-operators");

        // Allowed, the runtime says that there is none.
        (await CliRun.Of("generate", folder.Path, "--prompt-ids", "5,6", "--max-tokens", "2", "--allow-custom-operators")).Fails(1, folder.Path, "ops.so");
    }

    [TestMethod]
    public void EveryCommandThatLoadsAModel_CanAllowIt()
    {
        foreach (var (path, command) in CommandPaths.All().Where(entry => entry.Command.Options.Any(option => option.Name == "--device")))
        {
            Assert.IsTrue(command.Options.Any(option => option.Name == "--allow-custom-operators"), $"steer {string.Join(' ', path)}");
        }
    }

    [TestMethod]
    public async Task Checkpoints_AreDescribed()
    {
        var folder = (await CliRun.Of("info", Stories.Checkpoint, "--json")).Succeeds().Json;
        Assert.AreEqual("checkpoint", folder.GetProperty("kind").GetString());
        Assert.AreEqual(128, folder.GetProperty("facts").GetProperty("hiddenSize").GetInt32());

        var gguf = Directory.GetFiles(OracleFolder.RequireModel("smollm2-135m-instruct"), "*.gguf").Single();
        var json = (await CliRun.Of("info", gguf, "--json")).Succeeds().Json;
        Assert.AreEqual("checkpoint", json.GetProperty("kind").GetString());
        Assert.AreEqual(134515008, json.GetProperty("facts").GetProperty("parameters").GetInt64());
    }

    [TestMethod]
    public async Task Sae_IsDescribed()
    {
        var json = (await CliRun.Of("info", Stories.TopK, "--json")).Succeeds().Json;
        Assert.AreEqual("sae", json.GetProperty("kind").GetString());
        Assert.AreEqual(1024, json.GetProperty("facts").GetProperty("features").GetInt32());
        Assert.AreEqual("resid_post.0", json.GetProperty("facts").GetProperty("site").GetString());
        Assert.Contains("TopK sparse autoencoder", json.GetProperty("description").GetString()!);
    }

    [TestMethod]
    public async Task ControlVector_IsDescribed()
    {
        var file = Directory.GetFiles(OracleFolder.Require("smollm2-135m-instruct", "control-vectors"), "*.gguf")[0];
        var json = (await CliRun.Of("info", file, "--json")).Succeeds().Json;
        Assert.AreEqual("vector", json.GetProperty("kind").GetString());
        Assert.AreEqual("resid_post.8", json.GetProperty("facts").GetProperty("sites")[0].GetString());
        Assert.AreEqual(576, json.GetProperty("facts").GetProperty("hiddenSize").GetInt32());
    }

    [TestMethod]
    public async Task Policy_IsDescribedInWords()
    {
        using var folder = new TemporaryFolder();
        var policy = PolicyText.Write(folder, """{"name":"calm","target":{"feature":7},"operator":"clampWhereActive","value":1.5,"gate":{"kind":"token","target":{"feature":9},"threshold":0.2},"span":"completion"},{"target":{"feature":3},"operator":"scale","gain":0}""");
        var run = (await CliRun.Of("info", policy)).Succeeds();
        Assert.Contains("A steering policy, 'test', with 2 interventions.", run.Output);
        Assert.Contains("calm: clampWhereActive sae#7 1.5 × its maximum activation, at tokens where sae#9 is above 0.2, on the completion only", run.Output);
        Assert.Contains("scale sae#3 × 0", run.Output);
    }

    [TestMethod]
    public async Task TensorFile_IsListed()
    {
        var json = (await CliRun.Of("info", Path.Combine(Stories.TopK, "oracle.safetensors"), "--json")).Succeeds().Json;
        Assert.AreEqual("tensors", json.GetProperty("kind").GetString());
        Assert.AreEqual(3, json.GetProperty("facts").GetProperty("count").GetInt32());
    }

    [TestMethod]
    public async Task SomethingElse_IsRefusedInOneSentence()
    {
        using var folder = new TemporaryFolder();
        (await CliRun.Of("info", folder["absent"])).Fails(1, "does not exist");
        (await CliRun.Of("info", folder.Path)).Fails(1, "nothing that steer knows", "genai_config.json");
        (await CliRun.Of("info", folder.Write("weights.pt", [1]))).Fails(1, "pickle", "safetensors");
        (await CliRun.Of("info", folder.Write("notes.txt", [1]))).Fails(1, "nothing that steer knows");
        (await CliRun.Of("info", folder.Write("broken.safetensors", [1, 2, 3]))).Fails(1, "broken.safetensors");
    }
}
