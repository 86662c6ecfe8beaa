using Steering.Catalogues;
using Steering.Saes;

namespace Steering.Tests.Sdk.Catalogues;

[TestClass]
public sealed class FeatureCatalogueTests
{
    private static readonly CatalogueInfo Info = new()
    {
        LatentCount = 6,
        HiddenSize = 2,
        SaeSha256 = new string('a', 64),
        ModelName = "tiny",
        ModelSha256 = new string('b', 64),
        Site = "resid_post.3",
        Tokens = 100,
        TokensLeftOut = 7,
        Corpus = "made up",
    };

    [TestMethod]
    public void Open_GivesBackWhatWasWritten()
    {
        using var folder = new TemporaryFolder();
        using var catalogue = Write(folder);

        Assert.AreEqual(Info, catalogue.Info);
        Assert.AreEqual(new CatalogueFeature(0, 40, 8, 2.5f, 1, 0.25f, null), catalogue.Feature(0));
        Assert.AreEqual(new CatalogueFeature(2, 3, 1.5f, 0.75f, null, 0, "weather: rain"), catalogue.Feature(2));
        Assert.AreEqual(new CatalogueFeature(5, 0, 0, 0, null, 0, null), catalogue.Feature(5));
        var examples = catalogue.Examples(0);
        Assert.HasCount(2, examples);
        Assert.AreEqual("The heavy rain fell", examples[0].Excerpt.Text);
        Assert.AreEqual(2, examples[0].Excerpt.Peak);
        Assert.AreEqual(11, examples[0].Excerpt.Document);
        Assert.AreSequenceEqual(new[] { "The", " heavy", " rain", " fell" }, examples[0].Excerpt.Tokens.ToArray());
        Assert.AreEqual(8, examples[0].Activation);
        Assert.AreEqual(3, examples[0].Activations[1], 0.5 * 8 / 255);
        Assert.AreEqual(0, examples[0].Activations[0]);
        Assert.HasCount(1, catalogue.Examples(0, 1));
        Assert.IsEmpty(catalogue.Examples(5));
        var statistics = catalogue.ReadStatistics();
        Assert.AreSequenceEqual(new[] { 8f, 4, 1.5f, 2, 0, 0 }, statistics.MaxActivation.ToArray());
        Assert.AreEqual(0.4f, statistics.FiringFrequency.Span[0]);
        Assert.AreEqual(7, statistics.TokensLeftOut);
        Refusal.Of(() => catalogue.Feature(6), "no feature 6", "0 to 5");
    }

    /// <summary>Labels first, then the peak, then the context.</summary>
    [TestMethod]
    public void Search_RanksLabelsThenPeaksThenContexts()
    {
        using var folder = new TemporaryFolder();
        using var catalogue = Write(folder);

        var matches = catalogue.Search("rain", 10);

        Assert.AreSequenceEqual(new[] { 2, 0, 1 }, matches.Select(match => match.Feature.Latent).ToArray());
        Assert.IsTrue(matches[0].InLabel);
        Assert.IsNull(matches[0].Example);
        Assert.AreEqual((1, 1), (matches[1].AtPeak, matches[1].Matches));
        Assert.AreEqual((0, 1), (matches[2].AtPeak, matches[2].Matches));
        Assert.AreEqual("The heavy rain fell", matches[1].Example!.Excerpt.Text);
        Assert.HasCount(1, catalogue.Search("rain", 1));
    }

    [TestMethod]
    [DataRow("RAIN heavy", 2)]
    [DataRow("rai*", 3)]
    [DataRow("cafe", 1)]
    [DataRow("rain café", 0)]
    [DataRow("snow", 0)]
    public void Search_NeedsEveryWordAndMindsNeitherCaseNorAccent(string text, int expected)
    {
        using var folder = new TemporaryFolder();
        using var catalogue = Write(folder);
        Assert.HasCount(expected, catalogue.Search(text, 10));
    }

    /// <summary>A token is often a part of a word; the word is what people search for.</summary>
    [TestMethod]
    [DataRow("prodigious", 1)]
    [DataRow("prod*", 1)]
    [DataRow("Amounts prodigious", 1)]
    [DataRow("amounts", 0)]
    [DataRow("prod", null)]
    public void Search_CountsThePeaksWholeWord(string text, int? atPeak)
    {
        using var folder = new TemporaryFolder();
        using (var writer = FeatureCatalogueWriter.Create(folder["c.sqlite"], Info))
        {
            writer.AddFeature(new CatalogueFeature(1, 1, 1, 1, null, 0, null));
            writer.AddExample(1, writer.AddExcerpt(new CatalogueExcerpt(0, 1, ["(", " Prod", "igious", " amounts"])), [0, 1, 0, 0]);
            writer.Commit();
        }

        using var catalogue = FeatureCatalogue.Open(folder["c.sqlite"]);
        Assert.AreEqual(atPeak, catalogue.Search(text, 1) is [var match] ? match.AtPeak : null);
    }

    /// <summary>A word that is everywhere is drawn from the whole catalogue, not only from its beginning.</summary>
    [TestMethod]
    [DataRow("the", 0.9)]
    [DataRow("th*", 0.5)]
    public void Search_ForAWordThatIsEverywhere_DrawsFromAllParts(string text, double share)
    {
        const int Count = 6000;
        using var folder = new TemporaryFolder();
        using (var writer = FeatureCatalogueWriter.Create(folder["c.sqlite"], Info with { LatentCount = Count, Tokens = Count }))
        {
            for (var latent = 0; latent < Count; latent++)
            {
                writer.AddFeature(new CatalogueFeature(latent, Count - latent, 1, 1, null, 0, null));
                writer.AddExample(latent, writer.AddExcerpt(new CatalogueExcerpt(latent, latent % 2, ["the", " end"])), latent % 2 == 0 ? [1, 0] : [0, 1]);
            }

            writer.Commit();
        }

        using var catalogue = FeatureCatalogue.Open(folder["c.sqlite"]);
        var matches = catalogue.Search(text, Count);
        Assert.IsGreaterThan((int)(FeatureCatalogue.MaximumPeakExcerpts * share), matches.Count(match => match.AtPeak == 1));
        Assert.IsLessThanOrEqualTo(FeatureCatalogue.MaximumPeakExcerpts + FeatureCatalogue.MaximumExcerpts, matches.Count);
        for (var quarter = 0; quarter < 4; quarter++)
        {
            Assert.IsGreaterThan(300, matches.Count(match => match.Feature.Latent / (Count / 4) == quarter));
        }
    }

    /// <summary>What means something to full-text search or to SQL means nothing here.</summary>
    [TestMethod]
    [DataRow("rain OR café", 0)]
    [DataRow("NOT rain", 0)]
    [DataRow("rain\"", 3)]
    [DataRow("\"rain", 3)]
    [DataRow("text:rain", 0)]
    [DataRow("rain' OR '1'='1", 0)]
    [DataRow("(rain", 3)]
    [DataRow("^rain", 3)]
    [DataRow("rain**", 3)]
    [DataRow("NEAR(rain)", 0)]
    [DataRow("ra\0in", 3)]
    public void Search_TakesEveryQueryAsWords(string text, int expected)
    {
        using var folder = new TemporaryFolder();
        using var catalogue = Write(folder);
        Assert.HasCount(expected, catalogue.Search(text, 10));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("  ")]
    [DataRow("\"*\" -")]
    public void Search_ForNothing_Refuses(string text)
    {
        using var folder = new TemporaryFolder();
        using var catalogue = Write(folder);
        Refusal.Of(() => catalogue.Search(text, 10), "no letter or digit");
    }

    [TestMethod]
    public void SetLabel_NamesRenamesAndForgets()
    {
        using var folder = new TemporaryFolder();
        var path = folder["c.sqlite"];
        Write(folder).Dispose();
        FeatureCatalogue.SetLabel(path, 4, "  clouds ");
        FeatureCatalogue.SetLabel(path, 2, "snow; DROP TABLE labels");
        using (var catalogue = FeatureCatalogue.Open(path))
        {
            Assert.AreEqual("clouds", catalogue.Feature(4).Label);
            Assert.AreEqual(4, Assert.ContainsSingle(catalogue.Search("clouds", 5)).Feature.Latent);
            Assert.AreEqual(2, Assert.ContainsSingle(catalogue.Search("snow", 5)).Feature.Latent);
            Assert.IsEmpty(catalogue.Search("weather", 5));
        }

        FeatureCatalogue.SetLabel(path, 4, null);
        using (var catalogue = FeatureCatalogue.Open(path))
        {
            Assert.IsNull(catalogue.Feature(4).Label);
            Assert.IsEmpty(catalogue.Search("clouds", 5));
        }

        Refusal.Of(() => FeatureCatalogue.SetLabel(path, 6, "x"), "no feature 6");
        Refusal.Of(() => FeatureCatalogue.SetLabel(path, 1, new string('x', 501)), "501");
    }

    [TestMethod]
    public void Write_WithoutCommit_LeavesTheOldFileAndNothingElse()
    {
        using var folder = new TemporaryFolder();
        Write(folder).Dispose();
        var before = File.ReadAllBytes(folder["c.sqlite"]);
        using (var writer = FeatureCatalogueWriter.Create(folder["c.sqlite"], Info))
        {
            writer.AddFeature(new CatalogueFeature(1, 1, 1, 1, null, 0, null));
        }

        CollectionAssert.AreEqual(before, File.ReadAllBytes(folder["c.sqlite"]));
        Assert.HasCount(1, Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void Write_OfWhatCannotBe_Refuses()
    {
        using var folder = new TemporaryFolder();
        Refusal.Of(() => FeatureCatalogueWriter.Create(folder["no", "c.sqlite"], Info), "folder does not exist");
        Refusal.Of(() => FeatureCatalogueWriter.Create(folder["c.sqlite"], Info with { Tokens = 0 }), "0 tokens");
        using var writer = FeatureCatalogueWriter.Create(folder["c.sqlite"], Info);
        Refusal.Of(() => writer.AddFeature(new CatalogueFeature(6, 1, 1, 1, null, 0, null)), "cannot be");
        Refusal.Of(() => writer.AddFeature(new CatalogueFeature(1, 1, float.NaN, 1, null, 0, null)), "cannot be");
        Refusal.Of(() => writer.AddFeature(new CatalogueFeature(1, 101, 1, 1, null, 0, null)), "cannot be");
        writer.AddFeature(new CatalogueFeature(1, 1, 1, 1, null, 0, null));
        Refusal.Of(() => writer.AddFeature(new CatalogueFeature(1, 1, 1, 1, null, 0, null)), "added before");
        Refusal.Of(() => writer.AddExcerpt(new CatalogueExcerpt(0, 1, ["a"])), "peak at 1");
        var excerpt = writer.AddExcerpt(new CatalogueExcerpt(0, 0, ["a"]));
        Refusal.Of(() => writer.AddExample(1, excerpt, [1, 2]), "does not fit");
        Refusal.Of(() => writer.AddExample(1, excerpt, [0]), "positive");
        writer.AddExample(1, excerpt, [1]);
        Refusal.Of(() => writer.AddExample(1, excerpt, [2]), "strongest first");
    }

    /// <summary>A folder without statistics takes the catalogue's; the fingerprint says whether it may.</summary>
    [TestMethod]
    public void Complete_TakesMaximaFromTheCatalogueOfThisAutoencoderOnly()
    {
        using var folder = new TemporaryFolder();
        var sae = Sae(0.5f);
        Write(folder, Info with { SaeSha256 = sae.Fingerprint }, FeatureCatalogue.FileName).Dispose();

        Assert.AreEqual(8, FeatureCatalogue.Complete(sae, folder.Path).MaxActivation(0));
        Assert.IsNull(FeatureCatalogue.Complete(sae, folder.Path).MaxActivation(5));
        var own = new SaeStatistics { MaxActivation = new float[] { 1, 1, 1, 1, 1, 1 }, TokenCount = 3 };
        Assert.AreEqual(1, FeatureCatalogue.Complete(sae.WithStatistics(own), folder.Path).MaxActivation(0));
        Refusal.Of(() => FeatureCatalogue.Complete(Sae(0.25f), folder.Path), "another autoencoder", "Remove the file");
        Assert.AreEqual(sae.Fingerprint, Sae(0.5f).Fingerprint);
    }

    internal static FeatureCatalogue Write(TemporaryFolder folder, CatalogueInfo? info = null, string name = "c.sqlite")
    {
        using (var writer = FeatureCatalogueWriter.Create(folder[name], info ?? Info))
        {
            var rain = writer.AddExcerpt(new CatalogueExcerpt(11, 2, ["The", " heavy", " rain", " fell"]));
            var cafe = writer.AddExcerpt(new CatalogueExcerpt(12, 1, ["A", " café", " 😀"]));
            var heavy = writer.AddExcerpt(new CatalogueExcerpt(11, 1, ["The", " heavy", " rain", " fell"]));
            writer.AddFeature(new CatalogueFeature(0, 40, 8, 2.5f, 1, 0.25f, null));
            writer.AddFeature(new CatalogueFeature(1, 10, 4, 2, 0, 0.25f, null));
            writer.AddFeature(new CatalogueFeature(2, 3, 1.5f, 0.75f, null, 0, "weather: rain"));
            writer.AddFeature(new CatalogueFeature(3, 1, 2, 2, null, 0, null));
            writer.AddExample(0, rain, [0, 3, 8, 0]);
            writer.AddExample(0, cafe, [0, 2, 1]);
            writer.AddExample(1, heavy, [0, 4, 0, 0]);
            writer.Commit();
        }

        return FeatureCatalogue.Open(folder[name]);
    }

    private static SparseAutoencoder Sae(float weight) => SparseAutoencoder.Create(new SaeParameters
    {
        Source = "test",
        Architecture = SaeArchitecture.Standard,
        HiddenSize = 2,
        LatentCount = 6,
        Encoder = [.. Enumerable.Repeat(weight, 12)],
        Decoder = [.. Enumerable.Repeat(weight, 12)],
        EncoderBias = new float[6],
        DecoderBias = new float[2],
    });
}
