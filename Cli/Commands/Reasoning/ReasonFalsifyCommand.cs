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

/// <summary><c>steer reason falsify</c>: are "reasoning" latents cue-word latents?</summary>
internal static class ReasonFalsifyCommand
{
    public static Command Create(CliConsole console)
    {
        var command = new Command("falsify", "Put cue words into plain text and see whether the latents of a behaviour are only cue-word latents.");
        var model = new ModelArguments(console).AddTo(command);
        var sae = new Argument<string>("SAE") { Description = "SAE, made on that model." };
        command.Arguments.Add(sae);
        var traces = new TraceArguments().AddTo(command);
        var plain = new Option<string>("--plain") { Description = "Texts without reasoning (.txt, a text a line; .jsonl, .csv, .tsv, .parquet).", HelpName = "FILE", Required = true };
        var field = Values.Path("--plain-field", "Field or column of the plain text; text unless given.", "NAME");
        var texts = Values.Whole("--plain-texts", "Plain texts read, the first ones.", 2, 200);
        var inject = Values.Whole("--inject", "Words put into a text.", 1, new CueTestOptions().Injected);
        var most = Values.Whole("--count", "Latents tested of a behaviour, and of each control, at most.", 1, new CueTestOptions().MostLatents);
        var seed = Values.Whole("--seed", "Of places, words, controls and bootstraps.", 0, 0);
        var report = Values.Path("--report", "Write a page.", "OUT.html");
        var json = CommandExtensions.Json();
        foreach (var option in (Option[])[plain, field, texts, inject, most, seed, report, json])
        {
            command.Options.Add(option);
        }

        var site = new SaeSite(parsed => parsed.GetRequiredValue(sae)).AddTo(command);
        return command
            .WithExamples("steer reason falsify smollm2 sae-l15 --text traces.jsonl --labels labels --words \"backtracking=wait,alternatively,hmm\" --plain wiki.txt --report falsify.html")
            .WritesFile(parsed => parsed.GetValue(report))
            .Runs(async (parsed, cancellationToken) =>
            {
                var words = traces.Words(parsed) ?? throw new SteeringException("The test needs cue words; give --words BEHAVIOUR=word,another word.");
                var autoencoder = SaeSource.LoadBare(model.Sae(parsed, parsed.GetRequiredValue(sae)));
                var cut = SiteCut.Load(model.Folder(parsed));
                var where = site.Require(parsed, autoencoder, cut);
                var tokenizer = TextTokenizer.Load(model.Folder(parsed));
                string[] plainTexts =
                [
                    .. TextLines.Open(parsed.GetRequiredValue(plain), parsed.GetValue(field)).Read(cancellationToken)
                        .Select(document => document.Text.Trim()).Where(text => text.Length > 0).Take(parsed.GetValue(texts)),
                ];
                var tests = await ProgressDisplay.RunAsync(console, "testing", progress =>
                {
                    var cutTraces = traces.Read(parsed, tokenizer, cancellationToken);
                    var labels = traces.Label(parsed, cutTraces);
                    using var harvester = new Harvester(SiteHead.Load(cut, where, model.Options(parsed)));
                    var steps = StepActivations.Gather(harvester, cutTraces, progress: null, cancellationToken);
                    var options = new CueTestOptions { Injected = parsed.GetValue(inject), MostLatents = parsed.GetValue(most), Seed = parsed.GetValue(seed) };
                    return new CueTester(harvester, tokenizer, autoencoder, options).Run(cutTraces, steps, labels, words, plainTexts, progress.Count("testing", words.Labels.Count), cancellationToken);
                });
                var sentence = string.Create(CultureInfo.InvariantCulture, $"{autoencoder.LatentCount:N0} latents at {where} of {cut.ModelName}; traces of {traces.Name(parsed)}, labelled by {traces.Source(parsed)}; {plainTexts.Length} plain texts of {Path.GetFileName(parsed.GetRequiredValue(plain))}, {parsed.GetValue(inject)} words put into each.");
                if (parsed.GetValue(report) is { } path)
                {
                    CueReport.Create("Reasoning or cue words", sentence, tests).Save(path);
                }

                if (parsed.GetValue(json))
                {
                    console.Output.WriteLine(JsonSerializer.Serialize(Describe(sentence, tests), ReasonJson.Options));
                    return;
                }

                console.Output.WriteLine(sentence);
                foreach (var test in tests)
                {
                    console.Output.WriteLine($"{test.Behaviour}: {CueReport.Summary(test)}");
                }
            });
    }

    private static object Describe(string sentence, IReadOnlyList<BehaviourCueTest> tests) => new
    {
        description = sentence,
        behaviours = tests.Select(test => new
        {
            test.Behaviour,
            test.Cues,
            test.Steps,
            test.CuelessSteps,
            cuesPer1000 = new { test.CuesPer1000.Traces, test.CuesPer1000.Plain, test.CuesPer1000.WithCues },
            summary = CueReport.Summary(test),
            latents = test.Latents.Select(latent => new
            {
                latent.Latent,
                latent.Group,
                latent.Threshold,
                latent.StepsWith,
                latent.StepsWithout,
                latent.Plain,
                latent.WithCues,
                latent.WithNeutral,
                latent.Rise,
                latent.CuelessArea,
                latent.CuelessInterval,
                activePer1000 = new { latent.ActivePer1000.Plain, latent.ActivePer1000.WithCues, latent.ActivePer1000.WithNeutral, latent.ActivePer1000.Traces },
                latent.FiresOnCues,
                latent.Verdict,
            }),
        }),
    };
}
