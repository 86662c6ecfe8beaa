using System.Globalization;
using Steering.Analysis.Evaluation;
using Steering.Catalogues;
using Steering.Saes.Formats;
using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.Commands;

/// <summary><c>steer sae eval</c> and <c>diff</c> on a small real model.</summary>
[TestClass]
public sealed class SaeEvalCommandTests
{
    [TestMethod]
    public async Task Eval_WritesCatalogueReportAndNumbersThatAgree()
    {
        using var folder = new TemporaryFolder();
        var text = Write(folder);
        var (catalogue, page) = (folder["features.sqlite"], folder["eval.html"]);

        var run = (await CliRun.Of("sae", "eval", Stories.Folder, Stories.TopK, "--text", text, "--window", "32", "--ce-windows", "4", "--catalogue", catalogue, "--examples", "3", "--context", "5", "--report", page, "--allow-other-model")).Succeeds();

        var summary = SaeEvaluation.Load(folder["eval.json"]);
        Assert.AreEqual("text.txt", summary.Corpus);
        Assert.Contains(summary.Reconstruction.UnexplainedVariance.ToString("F4", CultureInfo.InvariantCulture), run.Output);
        Assert.Contains(catalogue, run.Output);
        var html = File.ReadAllText(page);
        Assert.Contains("Content-Security-Policy", html);
        Assert.DoesNotContain("http:", html.Replace("http://www.w3.org/", string.Empty, StringComparison.Ordinal));
        Assert.DoesNotContain("https:", html);
        Assert.DoesNotContain("<script", html);
        using var features = FeatureCatalogue.Open(catalogue, SaeLensFolder.Load(Stories.TopK));
        Assert.AreEqual(summary.Tokens, features.Info.Tokens);
        Assert.AreEqual(summary.LatentCount - summary.Sparsity.Dead, Enumerable.Range(0, summary.LatentCount).Count(latent => features.Feature(latent).Fired > 0));
        var strongest = Enumerable.Range(0, summary.LatentCount).MaxBy(latent => features.Feature(latent).MaxActivation);
        var example = features.Examples(strongest)[0];
        Assert.AreEqual(features.Feature(strongest).MaxActivation, example.Activation);
        Assert.Contains(example.Excerpt.Text.Trim(), File.ReadAllText(text));
    }

    /// <summary>The largest activations are the same ones that <c>sae stats</c> measures, over the same windows.</summary>
    [TestMethod]
    public async Task Eval_IntoTheSaesFolder_GivesStrengthsTheirUnit()
    {
        using var folder = new TemporaryFolder();
        var text = Write(folder);
        var sae = Copy(Stories.TopK, folder["sae"]);
        (await CliRun.Of("sae", "eval", Stories.Folder, sae, "--text", text, "--window", "32", "--windows", "0", "--ce-windows", "0", "--allow-other-model", "--catalogue")).Succeeds();
        var fromCatalogue = SaeLensFolder.Load(sae).Statistics!;

        (await CliRun.Of("sae", "eval", Stories.Folder, sae, "--text", text, "--window", "32", "--windows", "2", "--ce-windows", "0", "--allow-other-model", "--catalogue")).Succeeds();
        var fewer = SaeLensFolder.Load(sae).Statistics!;

        Assert.AreEqual(31 * 2, fewer.TokenCount + fewer.TokensLeftOut - 2);
        Assert.IsGreaterThan(fewer.TokenCount, fromCatalogue.TokenCount);
        for (var latent = 0; latent < fewer.LatentCount; latent++)
        {
            Assert.IsGreaterThanOrEqualTo(fewer.MaxActivation.Span[latent], fromCatalogue.MaxActivation.Span[latent]);
        }
    }

    [TestMethod]
    public async Task Eval_OfWhatCannotBe_Refuses()
    {
        using var folder = new TemporaryFolder();
        var text = Write(folder);
        (await CliRun.Of("sae", "eval", Stories.Folder, Stories.TopK, "--text", folder["none.txt"], "--allow-other-model")).Fails(1, "none.txt", "does not exist");
        (await CliRun.Of("sae", "eval", Stories.Folder, Stories.TopK, "--text", folder.Write("short.txt", "One."u8), "--allow-other-model")).Fails(1, "fewer than one window");
        (await CliRun.Of("sae", "eval", Stories.Folder, Stories.TopK, "--text", text, "--report", folder["no", "eval.html"])).Fails(1, "its folder does not exist");
        (await CliRun.Of("sae", "eval", Stories.Folder, Stories.TopK, "--text", text, "--examples", "4")).Fails(2, "--examples does nothing by itself");
        (await CliRun.Of("sae", "eval", Stories.Folder, Stories.TopK, "--text", text, "--ce-windows", "0", "--splice-everywhere")).Fails(2, "exclude each other");
        (await CliRun.Of("sae", "eval", Stories.Folder, Stories.TopKWithoutSite, "--text", text, "--allow-other-model")).Fails(1, "--site");
        (await CliRun.Of("sae", "eval", Stories.Folder, Stories.TopK, "--site", "9", "--text", text, "--allow-other-model")).Fails(1, "resid_post.9");
    }

    [TestMethod]
    public async Task Diff_OfAnSaeWithItself_MatchesEveryFeature()
    {
        var run = (await CliRun.Of("sae", "diff", Stories.TopK, Stories.TopK, "--json")).Succeeds().Json;
        var forth = run.GetProperty("forth");
        var latents = forth.GetProperty("latents").GetInt32();
        Assert.AreEqual(1, forth.GetProperty("mmcs").GetDouble(), 1e-5);
        Assert.AreEqual(latents, forth.GetProperty("matched").GetInt32());
        Assert.AreEqual(latents, run.GetProperty("mutual").GetInt32());
        Assert.IsTrue(forth.GetProperty("pairs").EnumerateArray().All(pair => pair.GetProperty("feature").GetInt32() == pair.GetProperty("counterpart").GetInt32()));
        Assert.Contains("most alike", (await CliRun.Of("sae", "diff", Stories.TopK, Stories.TopK, "--top", "2")).Succeeds().Output);
    }

    private static string Write(TemporaryFolder folder) => folder.Write(
        "text.txt",
        System.Text.Encoding.UTF8.GetBytes(string.Join(' ', Enumerable.Range(0, 40).Select(number => $"Once upon a time {number} little cats saw a big dog in the park. They were <b>sad</b>, so mom gave them milk."))));

    private static string Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        return to;
    }
}
