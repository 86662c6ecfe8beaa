using System.CommandLine;
using System.Globalization;
using Steering.Cli.CommandLine;
using Steering.Cli.Terminal;
using Steering.Concepts;
using Steering.Export.Cuts;
using Steering.Tokenizers;
using Steering.Training.Activations;
using Steering.Training.Concepts;

namespace Steering.Cli.Commands;

/// <summary><c>steer concept fit</c>: measures how every feature behaves under each label of a text.</summary>
internal static class ConceptFitCommand
{
    public static Command Create(CliConsole console)
    {
        var command = new Command("fit", "Measure how every feature of an SAE behaves under each label of labelled texts.");
        var model = new ModelArguments(console).AddTo(command);
        var sae = new Argument<string>("SAE") { Description = "SAE, made on that model." };
        command.Arguments.Add(sae);
        var text = new Option<string[]>("--text") { Description = "Labelled texts (.jsonl, .csv, .tsv, .parquet), or LABEL=FILE, a text a line; may be repeated.", HelpName = "FILE", Required = true };
        var field = Values.Path("--field", "Field or column of the text; text unless given.", "NAME");
        var label = Values.Path("--label", $"Field or column of the labels; {LabelledCorpus.DefaultLabelField} unless given. Several labels are separated by |.", "NAME");
        var pooling = new WordOption<ConceptPooling>("--pooling", "What an observation is: the maximum or mean over a text, its last token, every token, the end of each reasoning step.", ConceptPooling.Maximum);
        var window = Values.Whole("--window", "Longest text in tokens; the rest is cut off.", 2, new ConceptFitOptions().MaximumTokens);
        var output = Values.Path("--output", "File to write.", "FILE", required: true);
        foreach (var option in (Option[])[text, field, label, pooling, window, output])
        {
            command.Options.Add(option);
        }

        var site = new SaeSite().AddTo(command);
        return command
            .WithExamples(
                "steer concept fit smollm2 sae-l15 --text comments.csv --label toxic --output toxic.concepts.safetensors",
                "steer concept fit sandbox late-topk --text rude=rude.txt --text calm=calm.txt --output rude.concepts.safetensors")
            .Runs(async (parsed, cancellationToken) =>
            {
                var path = parsed.GetRequiredValue(output)!;
                if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
                {
                    throw new SteeringException($"{path} cannot be written: its folder does not exist.");
                }

                var corpus = new LabelledCorpus(parsed.GetRequiredValue(text), parsed.GetValue(field), parsed.GetValue(label));
                var autoencoder = SaeSource.LoadBare(model.Sae(parsed, parsed.GetRequiredValue(sae)));
                var cut = SiteCut.Load(model.Folder(parsed));
                var where = site.Require(parsed, autoencoder, cut);
                var options = new ConceptFitOptions { Pooling = pooling.Value(parsed), MaximumTokens = parsed.GetValue(window) };
                var statistics = await ProgressDisplay.RunAsync(console, "reading texts", progress =>
                {
                    var origin = new ConceptOrigin { SaeSha256 = autoencoder.Fingerprint, Site = where, ModelName = autoencoder.ModelName ?? cut.ModelName, ModelSha256 = cut.Fingerprint(cancellationToken) };
                    using var harvester = new Harvester(SiteHead.Load(cut, where, model.Options(parsed)));
                    var fitter = new ConceptFitter(harvester, TextTokenizer.Load(model.Folder(parsed)), autoencoder, options);
                    return fitter.Fit(corpus, origin, new Texts(progress), cancellationToken);
                });
                ConceptFile.Save(path, statistics);
                var fired = Enumerable.Range(0, statistics.LatentCount).Count(latent => statistics.Largest(latent) > 0);
                console.Output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{path} holds {statistics.ConceptCount} concepts ({string.Join(", ", statistics.Concepts.Select(concept => string.Create(CultureInfo.InvariantCulture, $"{concept.Name} {concept.Observations:N0}")))}); {fired:N0} of {statistics.LatentCount:N0} features fired, {statistics.Origin.TokensLeftOut:N0} of {statistics.Origin.Tokens:N0} tokens were left out."));
            });
    }

    private sealed class Texts(IProgress<StageProgress> progress) : IProgress<(long Read, long All)>
    {
        public void Report((long Read, long All) value) => progress.Report(new StageProgress("reading texts", (double)value.Read / Math.Max(1, value.All)));
    }
}
