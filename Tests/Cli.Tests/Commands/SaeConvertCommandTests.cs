using Steering.Saes.Formats;
using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.Commands;

/// <summary><c>sae convert</c> and <c>info</c> on the layouts of the oracles.</summary>
[TestClass]
public sealed class SaeConvertCommandTests
{
    [TestMethod]
    public async Task Convert_OfEveryLayout_WritesAFolderThatInfoNames()
    {
        foreach (var folder in OracleFolder.Cases("oracle.safetensors", "sae-formats"))
        {
            using var temporary = new TemporaryFolder();
            var format = SaeFolder.NameOf(SaeFolder.Detect(folder));
            Assert.Contains(format, (await CliRun.Of("info", folder)).Succeeds().Output);
            var run = (await CliRun.Of("sae", "convert", folder, temporary["out"])).Succeeds();
            Assert.Contains($"layout: {format}", run.Output);
            var info = (await CliRun.Of("info", temporary["out"], "--json")).Succeeds().Json.GetProperty("facts");
            Assert.AreEqual("SAELens", info.GetProperty("format").GetString());
            Assert.AreEqual(SaeFolder.Load(folder).LatentCount, info.GetProperty("features").GetInt32());
        }
    }

    [TestMethod]
    public async Task Convert_WithAFoldASiteAndAName_SaysWhatItWrote()
    {
        using var temporary = new TemporaryFolder();
        var llama = OracleFolder.Require("sae-formats", "llama_scope");
        var kept = (await CliRun.Of("sae", "convert", llama, temporary["kept"])).Succeeds();
        Assert.Contains("'--fold scale' makes a folder that needs no factor", kept.Output);
        var json = (await CliRun.Of("sae", "convert", llama, temporary["folded"], "--fold", "scale,input-bias", "--fold", "scale", "--json")).Succeeds().Json;
        Assert.AreEqual(1, json.GetProperty("inputScale").GetDouble());
        Assert.AreEqual("[\"scale\",\"input-bias\"]", json.GetProperty("folds").GetRawText());
        Assert.AreEqual("resid_post.0", json.GetProperty("site").GetString());

        var gemma = OracleFolder.Require("sae-formats", "gemma_scope");
        Assert.Contains("'--site' writes that down", (await CliRun.Of("sae", "convert", gemma, temporary["nowhere"])).Succeeds().Output);
        (await CliRun.Of("sae", "convert", gemma, temporary["placed"], "--site", "20", "--model-name", "gemma-2-2b")).Succeeds();
        var placed = SaeFolder.Load(temporary["placed"]);
        Assert.AreEqual(("resid_post.20", "gemma-2-2b"), (placed.Site, placed.ModelName));
        (await CliRun.Of("sae", "convert", temporary["placed"], temporary["again"], "--site", "21")).Fails(1, "blocks.20.hook_resid_post", "not resid_post.21");
        (await CliRun.Of("sae", "convert", temporary["placed"], temporary["again"], "--model-name", "gpt2")).Fails(1, "'gemma-2-2b', not 'gpt2'");
        (await CliRun.Of("sae", "convert", gemma, temporary["again"], "--site", "blocks.2")).Fails(1, "'blocks.2' is no site");
    }

    [TestMethod]
    public async Task Convert_OfATypo_IsOneReadableLine()
    {
        using var temporary = new TemporaryFolder();
        var gemma = OracleFolder.Require("sae-formats", "gemma_scope");
        (await CliRun.Of("sae", "convert", gemma, temporary["out"], "--fold", "scael")).Fails(2, "--fold is 'scael'", "scale, decoder-norm, input-bias, gated");
        (await CliRun.Of("sae", "convert", gemma, temporary["out"], "--fold", "scale,")).Fails(2, "--fold is ''");
        (await CliRun.Of("sae", "convert", gemma, temporary["out"], "--fold", "gated")).Fails(1, "'gated'", "JumpRelu");
        (await CliRun.Of("sae", "convert", OracleFolder.Require("sae-formats", "sparsify"), temporary["out"], "--fold", "decoder-norm")).Fails(1, "'decoder-norm'", "TopK");
        (await CliRun.Of("sae", "convert", temporary["absent"], temporary["out"])).Fails(1, "does not exist");
        Assert.IsEmpty(Directory.GetFileSystemEntries(temporary.Path));
    }
}
