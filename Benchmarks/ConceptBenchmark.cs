using Steering.Analysis.Concepts;
using Steering.Analysis.Harvest;
using Steering.Concepts;
using Steering.Export.Cuts;
using Steering.Models;
using Steering.Tokenizers;

namespace Steering.Benchmarks;

/// <summary>What <c>steer concept fit</c> costs beside the harvest of the same texts alone: the model up to the site, nothing encoded or counted.</summary>
internal static class ConceptBenchmark
{
    private const int Texts = 10_000;
    private const int LatentsADimension = 8;
    private const int Places = 32;

    public static void Run(string folder, string text, string label, string site, int rounds)
    {
        var work = Directory.CreateTempSubdirectory("steering-concept-").FullName;
        try
        {
            var corpus = Cut(text, label, Path.Combine(work, "texts.jsonl"));
            var cut = SiteCut.Load(folder);
            using var harvester = new Harvester(SiteHead.Load(cut, site, new SteerableModelOptions { VerifyWeights = false }));
            var autoencoder = RandomSae.TopK(harvester.HiddenSize, LatentsADimension * harvester.HiddenSize, Places);
            var tokenizer = TextTokenizer.Load(folder);
            var origin = new ConceptOrigin { SaeSha256 = autoencoder.Fingerprint, Site = harvester.Site, ModelName = cut.ModelName, ModelSha256 = new string('0', 64) };
            var fitter = new ConceptFitter(harvester, tokenizer, autoencoder);
            var times = Turns.Take(
                rounds,
                [
                    () => fitter.Harvest(corpus, CancellationToken.None).Sum(batch => batch.Tokens),
                    () => (int)fitter.Fit(corpus, origin).Origin.Tokens,
                ],
                warmUp: false);
            Turns.Print(
                FormattableString.Invariant($"Concept fit on {corpus.Labels().Texts} texts, {cut.ModelName} at {harvester.Site}, {autoencoder.LatentCount} latents ({rounds} rounds by turns)"),
                ["harvest alone", "concept fit"],
                times);
            Console.WriteLine(FormattableString.Invariant($"concept fit takes {Turns.Median(times[0]) / Turns.Median(times[1]):F3} × the harvest alone (bar: 1.15)"));
            Console.WriteLine();
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    /// <summary>The first texts, as a file of their own.</summary>
    private static LabelledCorpus Cut(string text, string label, string file)
    {
        using (var stream = new FileStream(file, FileMode.Create))
        {
            foreach (var item in new LabelledCorpus([text], labelField: label).Read().Take(Texts))
            {
                using (var writer = new System.Text.Json.Utf8JsonWriter(stream))
                {
                    writer.WriteStartObject();
                    writer.WriteString("text", item.Text);
                    writer.WriteString(LabelledCorpus.DefaultLabelField, string.Join(LabelledCorpus.Separator, item.Labels));
                    writer.WriteEndObject();
                }

                stream.WriteByte((byte)'\n');
            }
        }

        return new LabelledCorpus([file]);
    }
}
