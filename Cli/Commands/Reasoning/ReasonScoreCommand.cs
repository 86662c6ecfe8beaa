using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Steering.Analysis.Behaviours;
using Steering.Analysis.Harvest;
using Steering.Cli.CommandLine;
using Steering.Cli.Output;
using Steering.Cli.Terminal;
using Steering.Export.Cuts;
using Steering.Tokenizers;

namespace Steering.Cli.Commands.Reasoning;

/// <summary><c>steer reason score</c>: ranks latents by ReasonScore.</summary>
internal static class ReasonScoreCommand
{
    public static Command Create(CliConsole console)
    {
        var command = new Command("score", "Rank features by ReasonScore: active around reasoning words, evenly over them, and not elsewhere.");
        var model = new ModelArguments(console).AddTo(command);
        var sae = new Argument<string>("SAE") { Description = "SAE, made on that model." };
        command.Arguments.Add(sae);
        var traces = new TraceArguments().AddTo(command);
        var before = Values.Whole("--before", "Tokens before a word that belong to it.", 0, WordWindows.UsualBefore);
        var after = Values.Whole("--after", "Tokens after it.", 0, WordWindows.UsualAfter);
        var exponent = Values.OptionalReal("--exponent", "Weight of evenness over the words (0.7).", 0, 10);
        var count = Values.Whole("--count", "Features listed.", 1, 20);
        var json = CommandExtensions.Json();
        foreach (var option in (Option[])[before, after, exponent, count, json])
        {
            command.Options.Add(option);
        }

        var site = new SaeSite(parsed => parsed.GetRequiredValue(sae)).AddTo(command);
        return command
            .WithExamples("steer reason score smollm2 sae-l15 --text traces.jsonl --words \"cues=wait,hmm,maybe,perhaps,alternatively,however,therefore,let me,but,another\"")
            .Runs(async (parsed, cancellationToken) =>
            {
                var words = traces.Words(parsed) ?? throw new SteeringException("ReasonScore needs words; give --words LABEL=word,another word.");
                var autoencoder = SaeSource.LoadBare(model.Sae(parsed, parsed.GetRequiredValue(sae)));
                var cut = SiteCut.Load(model.Folder(parsed));
                var where = site.Require(parsed, autoencoder, cut);
                var tokenizer = TextTokenizer.Load(model.Folder(parsed));
                var (scores, inside, outside) = await ProgressDisplay.RunAsync(console, "reading traces", _ =>
                {
                    using var harvester = new Harvester(SiteHead.Load(cut, where, model.Options(parsed)));
                    var score = new ReasonScorer(harvester, autoencoder).Run(traces.Read(parsed, tokenizer, cancellationToken), words, parsed.GetValue(before), parsed.GetValue(after), cancellationToken);
                    return (score.Scores(parsed.GetValue(exponent) ?? ReasonScore.UsualExponent), score.Inside, score.Outside);
                });
                var ranked = Enumerable.Range(0, scores.Length).OrderByDescending(latent => scores[latent]).ThenBy(latent => latent).Take(parsed.GetValue(count)).ToArray();
                if (parsed.GetValue(json))
                {
                    console.Output.WriteLine(JsonSerializer.Serialize(new { inside, outside, features = ranked.Select(latent => new { feature = latent, score = scores[latent] }) }, ReasonJson.Options));
                    return;
                }

                console.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{inside:N0} tokens near {words.Phrases.Count} words, {outside:N0} elsewhere, at {where}."));
                foreach (var latent in ranked)
                {
                    console.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{latent,8}  {scores[latent],10:F6}"));
                }
            });
    }
}
