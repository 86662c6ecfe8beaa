using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Steering.Analysis.Detoxification;
using Steering.Analysis.Harvest;
using Steering.Analysis.Statistics;
using Steering.Cli.CommandLine;
using Steering.Cli.Terminal;
using Steering.Cli.Training;
using Steering.Export.Cuts;
using Steering.IO;
using Steering.Saes.Formats;
using Steering.Tokenizers;
using Steering.Training.Gradients;

namespace Steering.Cli.Commands;

/// <summary><c>steer detox fit</c>: from toxic and clean texts to ready policies.</summary>
internal static class DetoxFitCommand
{
    public static Command Create(CliConsole console)
    {
        var standard = new DetoxOptions();
        var command = new Command("fit", "Write policies against toxicity, fitted and calibrated on toxic and clean texts.");
        var model = new ModelArguments(console).AddTo(command);
        var sae = Values.Path("--sae", "SAE, made on that model.", "DIR", required: true);
        var toxic = Values.Path("--toxic", "Toxic texts: one a line, or .jsonl, .csv, .tsv, .parquet.", "FILE", required: true);
        var clean = Values.Path("--clean", "Clean texts of the same kind.", "FILE", required: true);
        var output = Values.Path("--out", "Folder to make for the policies.", "DIR");
        var field = Values.Path("--field", "Field or column of the text; text unless given.", "NAME");
        var cleanField = Values.Path("--clean-field", "The same of the clean texts, where it is another.", "NAME");
        var prompt = Values.Path("--prompt-field", "Field or column of what stands before the text: the user's message with --form chat.", "NAME");
        var form = new WordOption<DetoxForm>("--form", "What the texts are: plain texts, or an assistant's turns after a user's.", DetoxForm.Text);
        var features = Values.Whole("--features", "How many features are turned down at most.", 1, standard.Features);
        var by = new WordOption<DetoxRanking>("--by", "How they are chosen.", standard.Ranking);
        var rest = Values.OptionalReal("--rest", "With stafiring and firing: largest share of clean texts on which a feature may fire (0.05).", 0, 1);
        var gate = new WordOption<DetoxGateKind>("--gate", "What opens the gates: each feature its own, or a probe all of them.", standard.Gate);
        var rate = Values.OptionalReal("--false-positives", "Rate of false positives: of clean prompts (latched), of tokens of clean texts (token); 0.01.", 1e-6f, 0.999f);
        var threshold = Values.OptionalReal("--threshold", "Threshold of the gates, in place of a calibrated one.", float.MinValue, float.MaxValue);
        var strength = Values.OptionalReal("--strength", "Strength of the tiers, in multiples of the largest activation, and of the vectors, in multiples of their length; as strong as --perplexity allows unless given.", float.Epsilon, 1000);
        var perplexity = Values.OptionalReal("--perplexity", "Largest rise of the perplexity of clean texts under a policy that is always on (0.05).", 1e-4f, 100);
        var clamp = Values.OptionalReal("--clamp", "How far below 0 active features are clamped, in multiples of the largest activation (0).", 0, 1000);
        var app = Values.OptionalReal("--app", "Strength of attenuation by posterior probability (1).", 0, 10);
        var checkpoint = new Option<string>("--checkpoint") { Description = "What the model was imported from, a Hugging Face folder or a .gguf file of a Llama: dials are then learned by gradient, one more policy.", HelpName = "PATH" };
        var lessons = new WordOption<DetoxLessonKind>("--lessons", "What the dials are taught: to say what the clean texts say, to avoid the toxic words of the toxic ones and leave clean texts as they are, or both, as two policies.", standard.Lessons);
        var steps = Values.Whole("--steps", "Steps of learning dials.", 1, standard.Dials.Iterations);
        var dials = Values.Whole("--dials", "Features that learned dials turn.", 1, standard.Dials.Dials);
        var window = Values.Whole("--window", "Longest text in tokens; the rest is cut off.", 2, standard.Window);
        var seed = Values.Whole("--seed", "Decides which texts are held out.", int.MinValue, standard.Seed);
        var dry = new Option<bool>("--dry-run") { Description = "Measure and print, and write nothing." };
        var json = CommandExtensions.Json();
        foreach (var option in (Option[])[sae, toxic, clean, output, field, cleanField, prompt, form, features, by, rest, gate, rate, threshold, strength, perplexity, clamp, app, checkpoint, lessons, steps, dials, window, seed, dry, json])
        {
            command.Options.Add(option);
        }

        var site = new SaeSite(parsed => parsed.GetRequiredValue(sae)!).AddTo(command);
        command.Validators.Add(result =>
        {
            bool Given(Option option) => result.GetResult(option) is { Implicit: false };
            if (Given(output) == Given(dry))
            {
                result.AddError("Name the folder to write with --out, or give --dry-run to write none.");
            }

            if (Given(strength) && Given(perplexity))
            {
                result.AddError("--strength says how strong the policies are, --perplexity lets that be found; give one of them.");
            }

            if (Given(threshold) && Given(rate))
            {
                result.AddError("--threshold takes the place of calibration, so --false-positives does nothing; give one of them.");
            }

            if ((Given(steps) || Given(dials) || Given(lessons)) && !Given(checkpoint))
            {
                result.AddError("--lessons, --steps and --dials say how dials are learned, which needs the weights: give --checkpoint too.");
            }

            if (Given(rest) && by.Chosen(result) is not (DetoxRanking.StaFiring or DetoxRanking.Firing))
            {
                result.AddError("--rest belongs to --by stafiring and --by firing.");
            }
        });
        return command
            .WithExamples(
                "steer detox fit smollm2 --sae sae-l15 --toxic toxic.txt --clean clean.txt --out detox",
                "steer detox fit smollm2 --sae sae-l15 --toxic pairs.tsv --field toxic --clean pairs.tsv --clean-field neutral --false-positives 0.02 --out detox",
                "steer detox fit sandbox --sae late-topk --form chat --toxic rude.jsonl --clean friendly.jsonl --prompt-field prompt --out polite")
            .MakesFolder(parsed => parsed.GetValue(output))
            .Runs(async (parsed, cancellationToken) =>
            {
                var options = new DetoxOptions
                {
                    Features = parsed.GetValue(features),
                    Ranking = by.Value(parsed),
                    LargestClean = parsed.GetValue(rest) ?? standard.LargestClean,
                    Gate = gate.Value(parsed),
                    FalsePositives = Exact(parsed.GetValue(rate)) ?? standard.FalsePositives,
                    Threshold = parsed.GetValue(threshold),
                    Strength = parsed.GetValue(strength),
                    Perplexity = Exact(parsed.GetValue(perplexity)) ?? standard.Perplexity,
                    Clamp = parsed.GetValue(clamp) ?? standard.Clamp,
                    AppStrength = parsed.GetValue(app) ?? standard.AppStrength,
                    Lessons = lessons.Value(parsed),
                    Dials = standard.Dials with { Iterations = parsed.GetValue(steps), Dials = parsed.GetValue(dials) },
                    Window = parsed.GetValue(window),
                    Seed = parsed.GetValue(seed),
                };
                var folder = model.Sae(parsed, parsed.GetValue(sae)!);
                var autoencoder = SaeFolder.Load(folder);
                var target = parsed.GetValue(output) is { } given ? SandboxNames.Destination(given) : null;

                // Refused before the work that would be lost.
                if (target is not null)
                {
                    AtomicFolder.Create(target).Dispose();
                }

                var cut = SiteCut.Load(model.Folder(parsed));
                var where = site.Require(parsed, autoencoder, cut);
                using var weights = parsed.GetValue(checkpoint) is { } source ? LlamaWeights.Load(source, cut, console.Error.WriteLine) : null;
                var trainer = weights is null ? null : new DialTrainer(weights.Llama, LlamaWeights.BlocksBefore(cut, where), autoencoder);
                var fit = await ProgressDisplay.RunAsync(console, "reading texts", progress =>
                {
                    using var template = form.Value(parsed) == DetoxForm.Chat ? model.Load(parsed) : null;
                    Func<string, string>? turn = template is null ? null : message => template.Tokenizer.ApplyChatTemplate([("user", message)]);
                    var bad = DetoxTexts.Read(parsed.GetValue(toxic)!, parsed.GetValue(field), parsed.GetValue(prompt), turn, cancellationToken);
                    var good = DetoxTexts.Read(parsed.GetValue(clean)!, parsed.GetValue(cleanField) ?? parsed.GetValue(field), parsed.GetValue(prompt), turn, cancellationToken);
                    using var head = SiteHead.Load(cut, where, model.Options(parsed));
                    using var pass = model.LoadForwardPass(parsed);
                    var id = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(SaeFolder.FolderOf(folder))));
                    var fitter = new DetoxFitter(head, pass, TextTokenizer.Load(model.Folder(parsed)), autoencoder, id, options, trainer);
                    return fitter.Fit(bad, good, site.AllowsOtherModel(parsed), new Stages(progress, trainer is null ? 3 : options.Lessons == DetoxLessonKind.Both ? 5 : 4), cancellationToken);
                });
                if (target is not null)
                {
                    fit.Save(target);
                }

                if (parsed.GetValue(json))
                {
                    console.Output.WriteLine(fit.ToJson());
                    return;
                }

                Report(console, fit, target);
            });
    }

    /// <summary>The number as it was written, of which a conversion by way of bits would make 0.0099999997…</summary>
    private static double? Exact(float? value) => value is { } number ? (double)(decimal)number : null;

    private static void Report(CliConsole console, DetoxFit fit, string? folder)
    {
        console.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{fit.Features.Count} features at {fit.Site}, from {fit.ToxicFitted:N0} toxic and {fit.CleanFitted:N0} clean texts: {string.Join(", ", fit.Features.Take(8).Select(feature => string.Create(CultureInfo.InvariantCulture, $"{feature.Feature} ({feature.ToxicRate:P0}/{feature.CleanRate:P0})")))}{(fit.Features.Count > 8 ? ", …" : string.Empty)}."));
        console.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Calibrated on {fit.CleanCalibrated:N0} other clean texts (perplexity {fit.CleanPerplexity:F2}); where each policy acts is measured on texts that decided nothing."));
        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in (string[])["policy", "strength", "threshold", "toxic texts", "clean texts", "clean tokens", "perplexity"])
        {
            table.AddColumn(column == "policy" ? new TableColumn(column).NoWrap() : new TableColumn(column).RightAligned().NoWrap());
        }

        foreach (var policy in fit.Policies)
        {
            table.AddRow(((string[])[
                policy.Name,
                policy.Strength.ToString("G4", CultureInfo.InvariantCulture),
                policy.Threshold?.ToString("G4", CultureInfo.InvariantCulture) ?? string.Empty,
                Share(policy.Rates.ToxicTexts),
                Share(policy.Rates.CleanTexts),
                Share(policy.Rates.CleanTokens),
                policy.PerplexityRise is { } rise ? string.Create(CultureInfo.InvariantCulture, $"{100 * rise:+0.0;-0.0;0.0} %") : "replies only",
            ]).Select(cell => new Text(cell)));
        }

        console.Terminal.Write(table);
        console.Output.WriteLine(folder is null
            ? "Nothing was written (--dry-run)."
            : $"{folder} holds the policies; use one with --policy {Path.Combine(folder, "latched.json")} --sae {fit.Sae}=DIR.");
    }

    private static string Share(Rate rate) => string.Create(CultureInfo.InvariantCulture, $"{100 * rate.Value:F1} %");

    private sealed class Stages(IProgress<StageProgress> progress, int stages) : IProgress<string>
    {
        private string? _stage;
        private int _begun;

        public void Report(string value)
        {
            // What follows a comma says how far within the stage.
            var stage = value.Split(',')[0];
            _begun += stage == _stage ? 0 : 1;
            _stage = stage;
            progress.Report(new StageProgress(value, (_begun - 1) / (double)stages));
        }
    }
}
