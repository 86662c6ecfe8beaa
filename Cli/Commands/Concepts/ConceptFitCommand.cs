using System.CommandLine;
using System.Globalization;
using Steering.Analysis.Concepts;
using Steering.Analysis.Harvest;
using Steering.Cli.CommandLine;
using Steering.Cli.Concepts;
using Steering.Cli.Terminal;
using Steering.Concepts;
using Steering.Export.Cuts;
using Steering.Tokenizers;

namespace Steering.Cli.Commands.Concepts;

/// <summary><c>steer concept fit</c>: measures how every feature behaves under each label of a text.</summary>
internal static class ConceptFitCommand
{
    public static Command Create(CliConsole console)
    {
        var command = new Command("fit", "Measure how every feature of an SAE behaves under each label of labelled texts.");
        var model = new ModelArguments(console).AddTo(command);
        var sae = new Argument<string>("SAE") { Description = "SAE, made on that model." };
        command.Arguments.Add(sae);
        var texts = new LabelledTextArguments(required: true).AddTo(command);
        var pooling = new WordOption<ConceptPooling>("--pooling", "What an observation is: the maximum or mean over a text, its last token, every token, the end of each reasoning step.", ConceptPooling.Maximum);
        var output = Values.Path("--output", "File to write.", "FILE", required: true);
        foreach (var option in (Option[])[pooling, output])
        {
            command.Options.Add(option);
        }

        var site = new SaeSite(parsed => parsed.GetRequiredValue(sae)).AddTo(command);
        return command
            .WithExamples(
                "steer concept fit smollm2 sae-l15 --text comments.csv --label toxic --output toxic.concepts.safetensors",
                "steer concept fit smollm2 sae-l15 --text spans.jsonl --pooling token --outside other --output spans.concepts.safetensors",
                "steer concept fit sandbox late-topk --text rude=rude.txt --text calm=calm.txt --output rude.concepts.safetensors")
            .WritesFile(parsed => parsed.GetValue(output))
            .Runs(async (parsed, cancellationToken) =>
            {
                var path = parsed.GetRequiredValue(output)!;
                if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
                {
                    throw new SteeringException($"{path} cannot be written: its folder does not exist.");
                }

                var corpus = texts.Corpus(parsed);
                var autoencoder = SaeSource.LoadBare(model.Sae(parsed, parsed.GetRequiredValue(sae)));
                var cut = SiteCut.Load(model.Folder(parsed));
                var where = site.Require(parsed, autoencoder, cut);
                var options = texts.Options(parsed) with { Pooling = pooling.Value(parsed) };
                var lost = 0L;
                var statistics = await ProgressDisplay.RunAsync(console, "reading texts", progress =>
                {
                    var origin = new ConceptOrigin { SaeSha256 = autoencoder.Fingerprint, Site = where, ModelName = autoencoder.ModelName ?? cut.ModelName, ModelSha256 = cut.Fingerprint(cancellationToken) };
                    using var harvester = new Harvester(SiteHead.Load(cut, where, model.Options(parsed)));
                    var fitter = new ConceptFitter(harvester, TextTokenizer.Load(model.Folder(parsed)), autoencoder, options);
                    var measured = fitter.Fit(corpus, origin, progress.Pairs("reading texts"), cancellationToken);
                    lost = fitter.SpansLost;
                    return measured;
                });
                ConceptFile.Save(path, statistics);
                var fired = Enumerable.Range(0, statistics.LatentCount).Count(latent => statistics.Largest(latent) > 0);
                console.Output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{path} holds {statistics.ConceptCount} concepts ({string.Join(", ", statistics.Concepts.Select(concept => string.Create(CultureInfo.InvariantCulture, $"{concept.Name} {concept.Observations:N0}")))}); {fired:N0} of {statistics.LatentCount:N0} features fired, {statistics.Origin.TokensLeftOut:N0} of {statistics.Origin.Tokens:N0} tokens were left out{(lost > 0 ? string.Create(CultureInfo.InvariantCulture, $"; {lost:N0} labelled spans gave no observation: cut off, or every token left out") : string.Empty)}."));
            });
    }
}
