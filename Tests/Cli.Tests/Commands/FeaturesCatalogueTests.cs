using System.Globalization;
using Steering.Catalogues;
using Steering.Saes.Formats;
using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.Commands;

/// <summary><c>steer features search</c>, <c>show</c> and <c>label</c>, and the catalogue beside <c>features</c>.</summary>
[TestClass]
public sealed class FeaturesCatalogueTests
{
    [TestMethod]
    public async Task Search_FindsByTextAndShowsWhere()
    {
        using var folder = new TemporaryFolder();
        var file = Write(folder);

        var text = (await CliRun.Of("features", "search", "RAIN", "--catalogue", file)).Succeeds().Output;
        var json = (await CliRun.Of("features", "search", "rain", "--catalogue", file, "--top", "1", "--json")).Succeeds().Json;
        var nothing = (await CliRun.Of("features", "search", "snow", "--catalogue", file)).Succeeds().Output;

        Assert.Contains("the heavy [rain]⏎", text);
        Assert.Contains("1 at peak", text);
        Assert.IsLessThan(text.IndexOf("\n  2 ", StringComparison.Ordinal), text.IndexOf("\n  7 ", StringComparison.Ordinal), "the feature whose peak is the word comes first");
        var found = Assert.ContainsSingle(json.GetProperty("features").EnumerateArray().ToArray());
        Assert.AreEqual(7, found.GetProperty("feature").GetInt32());
        Assert.AreEqual(0.05, found.GetProperty("density").GetDouble(), 1e-12);
        Assert.AreEqual(8, found.GetProperty("example").GetProperty("activation").GetSingle());
        Assert.AreSequenceEqual(new[] { "the", " heavy", " rain", "\n" }, found.GetProperty("example").GetProperty("tokens").EnumerateArray().Select(token => token.GetString()!).ToArray());
        Assert.Contains("No feature's label", nothing);
    }

    [TestMethod]
    public async Task Label_IsFoundShownAndTakenAway()
    {
        using var folder = new TemporaryFolder();
        var file = Write(folder);

        (await CliRun.Of("features", "label", "2", "bad weather", "--catalogue", file)).Succeeds();
        Assert.Contains("2 “bad weather”", (await CliRun.Of("features", "search", "weather", "--catalogue", file)).Succeeds().Output);
        var shown = (await CliRun.Of("features", "show", "2", "--catalogue", file, "--json")).Succeeds().Json;
        Assert.AreEqual("bad weather", shown.GetProperty("label").GetString());
        Assert.AreEqual(4, shown.GetProperty("maxActivation").GetSingle());
        Assert.HasCount(1, shown.GetProperty("examples").EnumerateArray().ToArray());
        (await CliRun.Of("features", "label", "2", "--remove", "--catalogue", file)).Succeeds();
        var sentence = (await CliRun.Of("features", "show", "2", "--catalogue", file)).Succeeds().Output;
        Assert.StartsWith("2 fires on 20 % of 100 tokens of made up: maximum 4, mean 2, nearest direction 7 (cosine 0.25).", sentence);
        Assert.Contains("the [heavy] rain", sentence);
        Assert.Contains("never fired on the catalogue's 100 tokens", (await CliRun.Of("features", "show", "9", "--catalogue", file)).Succeeds().Output);
    }

    [TestMethod]
    public async Task WhatCannotBe_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var file = Write(folder);
        (await CliRun.Of("features", "search", "rain")).Fails(2, "--sae DIR", "--catalogue FILE");
        (await CliRun.Of("features", "serch", "rain", "--catalogue", file)).Fails(2, "'rain' is one argument too many", "'serch'", "did you mean 'search'");
        (await CliRun.Of("features", Stories.Folder, "--prompt", "x")).Fails(2, "--sae");
        (await CliRun.Of("features", "search", "\"*", "--catalogue", file)).Fails(1, "no letter or digit");
        (await CliRun.Of("features", "search", "rain", "--catalogue", folder["none.sqlite"])).Fails(1, "none.sqlite", "does not exist");
        (await CliRun.Of("features", "search", "rain", "--sae", Stories.TopK)).Fails(1, FeatureCatalogue.FileName, "steer sae eval");
        (await CliRun.Of("features", "show", "rain", "--catalogue", file)).Fails(2, "'rain'", "features search");
        (await CliRun.Of("features", "show", "1024", "--catalogue", file)).Fails(1, "no feature 1024", "0 to 1023");
        (await CliRun.Of("features", "label", "2", "--catalogue", file)).Fails(2, "LABEL");
        (await CliRun.Of("features", "label", "2", "x", "--remove", "--catalogue", file)).Fails(2, "exclude each other");
        (await CliRun.Of("features", Stories.Folder, "--sae", Stories.TopK, "--prompt", "x", "--catalogue", Write(folder, new string('0', 64)), "--allow-other-model")).Fails(1, "another autoencoder");
    }

    /// <summary>Beside each token's features: what is strong here and rare elsewhere, ranked as written out here.</summary>
    [TestMethod]
    public async Task Features_WithACatalogue_ShowsWhatStandsOut()
    {
        using var folder = new TemporaryFolder();
        var file = Write(folder);
        string[] arguments = ["features", Stories.Folder, "--sae", Stories.TopK, "--prompt", "Lily saw a bird", "--allow-other-model", "--catalogue", file];

        var json = (await CliRun.Of([.. arguments, "--top", "1000", "--summary", "3", "--json"])).Succeeds().Json;

        var expected = json.GetProperty("tokens").EnumerateArray().Skip(1)
            .SelectMany(token => token.GetProperty("features").EnumerateArray().Select(feature => (Latent: feature.GetProperty("feature").GetInt32(), Value: feature.GetProperty("activation").GetSingle(), Position: token.GetProperty("position").GetInt32())))
            .GroupBy(entry => entry.Latent)
            .Select(group => group.MaxBy(entry => entry.Value))
            .OrderByDescending(entry => entry.Value * Math.Log(100.0 / (entry.Latent switch { 7 => 5, 2 => 20, _ => 1 })))
            .Take(3)
            .Select(entry => (entry.Latent, entry.Position, entry.Value));
        var found = json.GetProperty("standOut").EnumerateArray().Select(entry => (entry.GetProperty("feature").GetInt32(), entry.GetProperty("position").GetInt32(), entry.GetProperty("activation").GetSingle()));
        CollectionAssert.AreEqual(expected.ToArray(), found.ToArray());
        Assert.Contains("stands out", (await CliRun.Of(arguments)).Succeeds().Output);
        Assert.DoesNotContain("stands out", (await CliRun.Of([.. arguments, "--summary", "0"])).Succeeds().Output);
    }

    private static string Write(TemporaryFolder folder, string? fingerprint = null)
    {
        var sae = SaeFolder.Load(Stories.TopK);
        var path = folder[string.Create(CultureInfo.InvariantCulture, $"features{fingerprint?.Length}.sqlite")];
        using var writer = FeatureCatalogueWriter.Create(path, new CatalogueInfo { LatentCount = sae.LatentCount, HiddenSize = sae.HiddenSize, SaeSha256 = fingerprint ?? sae.Fingerprint, Tokens = 100, Corpus = "made up" });
        var rain = writer.AddExcerpt(new CatalogueExcerpt(0, 2, ["the", " heavy", " rain", "\n"]));
        var heavy = writer.AddExcerpt(new CatalogueExcerpt(0, 1, ["the", " heavy", " rain", "\n"]));
        writer.AddFeature(new CatalogueFeature(2, 20, 4, 2, 7, 0.25f, null));
        writer.AddExample(2, heavy, [0, 4, 0, 0]);
        writer.AddFeature(new CatalogueFeature(7, 5, 8, 3, 2, 0.25f, null));
        writer.AddExample(7, rain, [0, 1, 8, 0]);
        writer.Commit();
        return path;
    }
}
