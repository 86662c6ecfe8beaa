using Steering.Analysis.Evaluation;
using Steering.Catalogues;
using Steering.Tokenizers;

namespace Steering.Tests.Analysis.Evaluation;

[TestClass]
public sealed class CatalogueBuilderTests
{
    private static readonly int[][] Ids = [[3, 1, 2, 0, 1], [0, 0, 2, 2, 3]];

    /// <summary>Latent 0 reads the first axis, latent 1 the second, latent 2 never fires.</summary>
    [TestMethod]
    public void Write_GivesEachLatentItsStatisticsAndItsStrongestPlacesInWords()
    {
        using var folder = new TemporaryFolder();
        var (result, windows) = Evaluate(examples: 2);

        CatalogueBuilder.Write(folder["c.sqlite"], result, windows, Words(folder), new Dictionary<int, string> { [2] = "never", [0] = "first axis" });

        using var catalogue = FeatureCatalogue.Open(folder["c.sqlite"]);
        Assert.AreEqual(8, catalogue.Info.Tokens);
        Assert.AreEqual("resid_post.0", catalogue.Info.Site);
        for (var latent = 0; latent < 3; latent++)
        {
            var feature = catalogue.Feature(latent);
            Assert.AreEqual(result.Latents.Fired[latent], feature.Fired);
            Assert.AreEqual(result.Latents.MaxActivation[latent], feature.MaxActivation);
            Assert.AreEqual(result.Latents.MeanActivation[latent], feature.MeanActivation);
        }

        Assert.AreEqual("first axis", catalogue.Feature(0).Label);
        Assert.AreEqual("never", catalogue.Feature(2).Label);
        Assert.AreEqual(0, catalogue.Feature(2).Fired);
        var examples = catalogue.Examples(0);
        Assert.AreSequenceEqual(new[] { "no no sun sun rain", "rain wind sun no wind" }, examples.Select(example => example.Excerpt.Text.Trim()).ToArray());
        Assert.AreEqual(" rain", examples[0].Excerpt.Tokens[examples[0].Excerpt.Peak]);
        Assert.AreEqual(3, examples[0].Activation);
        Assert.AreEqual(1, catalogue.Search("wind", 5)[0].Feature.Latent);
        Assert.HasCount(1, Directory.GetFiles(folder.Path));
    }

    [TestMethod]
    public void Write_OfWhatCannotBe_RefusesAndLeavesNothing()
    {
        using var folder = new TemporaryFolder();
        var (result, windows) = Evaluate(examples: 0);
        Refusal.Of(() => CatalogueBuilder.Write(folder["c.sqlite"], result, windows, Words(folder)), "no examples");
        var (kept, _) = Evaluate(examples: 1);
        Refusal.Of(() => CatalogueBuilder.Write(folder["c.sqlite"], kept, windows, Words(folder), new Dictionary<int, string> { [3] = "x" }), "label for latent 3", "0 to 2");
        Assert.Throws<OperationCanceledException>(() => CatalogueBuilder.Write(folder["c.sqlite"], kept, windows, Words(folder), cancellationToken: new CancellationToken(canceled: true)));
        Assert.IsEmpty(Directory.GetFiles(folder.Path));
    }

    private static (SaeEvaluationResult Result, EvaluationWindow[] Windows) Evaluate(int examples)
    {
        var sae = TestSae.Relu([[1, 0, 0], [0, 1, 0], [-1, -1, -1]], [[1, 0, 0], [0, 1, 0], [0, 0, 1]]);
        var model = new LinearModel([[0, 0.5f, 0], [0.5f, 2, 0], [2, 0, 0], [3, 0, 0.1f]], [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]]);
        EvaluationWindow[] windows = [.. Ids.Select(ids => new EvaluationWindow(ids))];
        return (SaeEvaluator.Evaluate(sae, model, windows, new SaeEvaluationOptions { Examples = examples, CrossEntropyWindows = 0, Exclusion = new Steering.Saes.TokenExclusion(true, 0) }), windows);
    }

    /// <summary>Four words.</summary>
    private static TextTokenizer Words(TemporaryFolder folder)
    {
        Directory.CreateDirectory(folder["words"]);
        folder.Write("words/tokenizer.json", """{"model":{"type":"BPE","vocab":{"Ġno":0,"Ġwind":1,"Ġsun":2,"Ġrain":3},"merges":[]},"decoder":{"type":"ByteLevel"}}"""u8);
        return TextTokenizer.Load(folder["words"]);
    }
}
