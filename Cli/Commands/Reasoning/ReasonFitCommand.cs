using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Steering.Analysis.Behaviours;
using Steering.Analysis.Harvest;
using Steering.Cli.CommandLine;
using Steering.Cli.Output;
using Steering.Cli.Terminal;
using Steering.Export.Cuts;
using Steering.Export.Saes;
using Steering.IO;
using Steering.Saes;
using Steering.Tokenizers;
using Steering.Training.Gradients;
using Steering.Training.Torch;

namespace Steering.Cli.Commands.Reasoning;

/// <summary><c>steer reason fit</c>: from traces of reasoning to behaviour vectors and policies.</summary>
internal static class ReasonFitCommand
{
    private const int UsualActive = 16;

    public static Command Create(CliConsole console)
    {
        var command = new Command("fit", "Find reasoning behaviours at the ends of steps, with rivals and controls, and write vectors and policies.");
        var model = new ModelArguments(console).AddTo(command);
        var output = new Argument<string>("OUT") { Description = "Folder to write." };
        command.Arguments.Add(output);
        var traces = new TraceArguments().AddTo(command);
        var sites = new Option<string[]>("--site") { Description = "Site, as in resid_post.15 or 15; may be repeated. An SAE may say its own.", HelpName = "SITE" };
        var saes = new Option<string[]>("--sae") { Description = "SAE to use; may be repeated, one a site. Without it one is trained on the steps of each site.", HelpName = "DIR" };
        var latents = Values.OptionalWhole("--latents", "Latents of an SAE that is trained; 4/3 of the width unless given.", 2);
        var active = Values.OptionalWhole("--k", "Active latents a step of an SAE that is trained; 16 unless given.", 1);
        var passes = Values.OptionalWhole("--passes", "Passes over the steps in training; 100 unless given.", 1);
        var most = Values.Whole("--count", "Latents of a behaviour vector at most.", 1, BehaviourVectors.UsualLatents);
        var heldOut = Values.OptionalReal("--held-out", "Share of the traces kept for detection (0.3).", 0, 0.9f);
        var seed = Values.Whole("--seed", "Of split, training, controls and bootstrap.", 0, 0);
        var other = SaeSite.OtherModel();
        var json = CommandExtensions.Json();
        foreach (var option in (Option[])[sites, saes, latents, active, passes, most, heldOut, seed, other, json])
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            bool Given(Option option) => result.GetResult(option) is { Implicit: false };
            if (!Given(sites) && !Given(saes))
            {
                result.AddError("Name the sites with --site, or SAEs with --sae.");
            }

            foreach (var option in (Option[])[latents, active, passes])
            {
                if (Given(saes) && Given(option))
                {
                    result.AddError($"{option.Name} belongs to an SAE that is trained; with --sae none is.");
                }
            }

            if (Given(other) && !Given(saes))
            {
                result.AddError("--allow-other-model does nothing by itself: give --sae too.");
            }

            if (Given(sites) && Given(saes) && result.GetValue(sites)!.Length != result.GetValue(saes)!.Length)
            {
                result.AddError("Give one --site for each --sae, in the same order, or none.");
            }
        });
        return command
            .WithExamples(
                "steer reason fit smollm2 behaviours --text traces.jsonl --labels labels --site 15 --site 25",
                "steer reason fit smollm2 behaviours --text traces.jsonl --words \"reflection=wait,hmm,let me check\" --words backtracking=alternatively --sae sae-l15")
            .MakesFolder(parsed => parsed.GetValue(output))
            .Runs(async (parsed, cancellationToken) =>
            {
                var cut = SiteCut.Load(model.Folder(parsed));
                var tokenizer = TextTokenizer.Load(model.Folder(parsed));
                using var folder = AtomicFolder.Create(parsed.GetRequiredValue(output));
                var options = new BehaviourFitOptions
                {
                    HeldOut = parsed.GetValue(heldOut) ?? new BehaviourFitOptions().HeldOut,
                    MostLatents = parsed.GetValue(most),
                    Seed = parsed.GetValue(seed),
                    Words = traces.Words(parsed),
                };
                var (saeFolders, siteNames) = (parsed.GetValue(saes) ?? [], parsed.GetValue(sites) ?? []);
                var given = saeFolders.Select((path, index) =>
                {
                    var sae = SaeSource.LoadBare(model.Sae(parsed, path));
                    return (Site: SaeSite.Require(sae, SaeSite.OneOf(siteNames.Length == 0 ? null : siteNames[index], NamedSae.SplitSite(path).Site), cut, parsed.GetValue(other)), Sae: (SparseAutoencoder?)sae);
                }).ToArray();
                var places = given.Length > 0 ? given : [.. siteNames.Select(site => (cut.Name(SiteName.Full(site)), (SparseAutoencoder?)null))];
                if (places.DistinctBy(place => place.Site, StringComparer.Ordinal).Count() < places.Length)
                {
                    throw new SteeringException($"A site was given twice: {string.Join(", ", places.Select(place => place.Site))}. Give each once.");
                }

                if (given.Length == 0)
                {
                    TorchRuntime.EnsureLoaded(notice: console.Error.WriteLine);
                }

                var cutTraces = await Task.Run(() => traces.Read(parsed, tokenizer, cancellationToken), cancellationToken);
                var labels = traces.Label(parsed, cutTraces);
                var fits = new List<BehaviourFit>();
                foreach (var (site, sae) in places)
                {
                    fits.Add(await ProgressDisplay.RunAsync(console, $"fitting {site}", progress =>
                    {
                        using var harvester = new Harvester(SiteHead.Load(cut, site, model.Options(parsed)));
                        var steps = StepActivations.Gather(harvester, cutTraces, progress.Count($"fitting {site}", cutTraces.Count), cancellationToken);
                        var used = sae ?? Train(steps, site);
                        return new BehaviourFitter(cutTraces, steps, labels, used, options).Fit(cancellationToken);
                    }));
                }

                var sentence = string.Create(CultureInfo.InvariantCulture, $"{cutTraces.Count} traces of {traces.Name(parsed)}, {cutTraces.Sum(trace => trace.Ends.Count):N0} steps that end, labelled by {traces.Source(parsed)}; {cut.ModelName}.");
                var best = fits.MaxBy(fit => fit.Silhouette ?? double.NegativeInfinity)!;
                var policies = BehaviourFiles.Write(folder.WorkingPath, fits, best, cut.ModelName, cut.Fingerprint(cancellationToken));
                ReasoningReport.Create("Reasoning behaviours", sentence, fits).Save(Path.Combine(folder.WorkingPath, "report.html"));
                var summary = JsonSerializer.Serialize(BehaviourFiles.Describe(sentence, fits, best, policies), ReasonJson.Options);
                AtomicFile.WriteAllText(Path.Combine(folder.WorkingPath, "report.json"), summary + "\n");
                folder.Commit();
                Print(console, sentence, fits, best, policies, folder.Destination, parsed.GetValue(json) ? summary : null);

                SparseAutoencoder Train(StepActivations steps, string site)
                {
                    var count = parsed.GetValue(latents) ?? StepAutoencoder.UsualLatents(steps.HiddenSize);
                    var rows = BehaviourFitter.TrainingRows(cutTraces.Count, steps, options);
                    var parameters = StepAutoencoder.Train(steps, rows, count, parsed.GetValue(active) ?? Math.Min(UsualActive, count), parsed.GetValue(passes) ?? 100, parsed.GetValue(seed), cancellationToken)
                        with
                    { ModelName = cut.ModelName, HookName = HookPoint.OfSite(site), ModelSha256 = cut.Fingerprint(cancellationToken) };
                    SaeLensFolderWriter.Write(Path.Combine(folder.WorkingPath, $"sae-{site}"), parameters, new SaeTrainingSummary { Dataset = traces.Name(parsed), Kind = "topk", Tokens = rows.Count, Seed = parsed.GetValue(seed) });
                    return SparseAutoencoder.Create(parameters);
                }
            });
    }

    private static void Print(CliConsole console, string sentence, List<BehaviourFit> fits, BehaviourFit best, IReadOnlyList<string> policies, string folder, string? json)
    {
        if (json is not null)
        {
            console.Output.WriteLine(json);
            return;
        }

        console.Output.WriteLine(sentence);
        foreach (var fit in fits)
        {
            Line($"{fit.Site}: {fit.ActiveMean:F1} of {fit.Latents} latents a step, silhouette {fit.Silhouette:F3}, {fit.TrainingSteps} steps fitted on, {fit.HeldOutSteps} held out.");
            foreach (var behaviour in fit.Behaviours.Where(behaviour => behaviour.Sign is not null))
            {
                Line($"  {behaviour.Name}: {behaviour.Latents.Count} latents; w·h is {behaviour.Sign!.Mean:F2} on average and above 0 at {100 * behaviour.Sign.PositiveShare:F0} % of steps, so a gain above 1 moves {(behaviour.Sign.GainRaises ? "towards" : "away from")} it.");
            }

            foreach (var detection in fit.Detections)
            {
                Line($"  ROC-AUC of {detection.Behaviour} ({detection.With} of {detection.Steps}): {string.Join(", ", detection.Scores.Where(score => score.Area is not null).Select(score => string.Create(CultureInfo.InvariantCulture, $"{score.Method} {score.Area:F3}")))}.");
            }
        }

        Line($"{folder} holds the vectors, {policies.Count} policies at {best.Site} and report.html.");

        void Line(FormattableString text) => console.Output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
    }
}
