using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Steering.Analysis.Concepts;
using Steering.Analysis.Erasure;
using Steering.Analysis.Experiments;
using Steering.Analysis.Harvest;
using Steering.Analysis.Selection;
using Steering.Cli.CommandLine;
using Steering.Cli.Terminal;
using Steering.Concepts;
using Steering.Export.Cuts;
using Steering.IO;
using Steering.Saes;
using Steering.Saes.Formats;
using Steering.Tokenizers;
using Steering.Vectors;

namespace Steering.Cli.Commands.Concepts;

/// <summary><c>steer concept compare</c>: ways to remove a concept, at the same removal.</summary>
internal static class ConceptCompareCommand
{
    private const string SaeId = "sae";
    private const string FitFile = "fit.jsonl";
    private const string ConceptsFile = "fit.concepts.safetensors";

    public static Command Create(CliConsole console)
    {
        var standard = new RemovalOptions { Targets = [] };
        var command = new Command("compare", "Compare full mask, range mask, dampening, APP and DiffMean on multiple choice: what each loses of the rest where all remove the same share of a class.");
        var model = new ModelArguments(console).AddTo(command);
        var sae = new Argument<string>("SAE") { Description = "SAE, made on that model." };
        command.Arguments.Add(sae);
        var questions = Values.Path("--questions", "JSON lines with question, choices, answer and class.", "FILE", required: true);
        var targets = new Option<string[]>("--target") { Description = "Class to remove; may be repeated, each by itself.", HelpName = "CLASS", Required = true };
        var output = Values.Path("--output", "Folder for result.json, report.html, the policies and the statistics.", "DIR", required: true);
        var measure = new WordOption<RemovalMeasure>("--measure", "By what removals are matched: the share of right answers lost, or of the confidence in them.", standard.Measure);
        var removal = Values.OptionalReal("--removal", "Share of accuracy or confidence on the target that every method is to take away (0.5).", 0.01f, 0.99f);
        var tolerance = Values.OptionalReal("--tolerance", "How far from it counts as matched (0.05).", 0.001f, 0.5f);
        var by = new WordOption<FeatureRanking>("--by", "What features are ranked by.", standard.Ranking);
        var pooling = new WordOption<ConceptPooling>("--pooling", "What an observation is: the last token of a question, every token, the maximum or mean over it, the end of each reasoning step.", ConceptPooling.Last);
        var count = Values.Whole("--count", "The most features that are edited.", 1, standard.LargestCount);
        var share = Values.OptionalReal("--fit", "Share of the questions that is fitted on (0.8).", 0.01f, 0.99f);
        var dose = Values.Whole("--dose-questions", "The most questions of the target that doses are found with.", 1, standard.DoseQuestions);
        var held = Values.OptionalWhole("--held-out", "The most questions of each class that are measured; all that are held out unless given.", 1);
        var seed = Values.Whole("--seed", "Of the division, the random features and the intervals.", 0, standard.Seed);
        var prompting = Values.Path("--prompting", "Text before the question that asks to leave the concept out, with {target} for its name; measured beside the others.", "TEXT");
        var perToken = new Option<bool>("--per-token") { Description = "Divide a choice's log-likelihood by its number of tokens: for choices of different length." };
        var text = Values.Path("--text", "Neutral text whose perplexity is measured.", "FILE");
        var documents = Values.Whole("--documents", "Its first documents.", 1, 200);
        var tokens = Values.Whole("--tokens", "Their first tokens.", 2, 256);
        var json = CommandExtensions.Json();
        foreach (var option in (Option[])[questions, targets, output, measure, removal, tolerance, by, pooling, count, share, dose, held, seed, prompting, perToken, text, documents, tokens, json])
        {
            command.Options.Add(option);
        }

        var site = new SaeSite(parsed => parsed.GetRequiredValue(sae)).AddTo(command);
        return command
            .WithExamples(
                "steer concept compare smollm2 sae-l15 --questions news.jsonl --target Sports --target Business --text wiki.txt --output app-news",
                "steer concept compare smollm2 sae-l15 --questions news.jsonl --target Sports --removal 0.3 --prompting \"Never answer {target}.\" --output app-sports --json")
            .MakesFolder(parsed => parsed.GetValue(output))
            .Runs(async (parsed, cancellationToken) =>
            {
                using var folder = AtomicFolder.Create(parsed.GetRequiredValue(output)!);
                var asked = ChoiceQuestion.Read(parsed.GetRequiredValue(questions)!);
                if (asked.FirstOrDefault(question => question.Class?.Contains(LabelledCorpus.Separator, StringComparison.Ordinal) == true) is { } several)
                {
                    throw new SteeringException($"The class '{several.Class}' has a '{LabelledCorpus.Separator}', which separates several labels of a text; give every question one class.");
                }

                var autoencoder = SaeFolder.Load(model.Sae(parsed, parsed.GetRequiredValue(sae)));
                var cut = SiteCut.Load(model.Folder(parsed));
                var where = site.Require(parsed, autoencoder, cut);
                var options = standard with
                {
                    Targets = parsed.GetRequiredValue(targets),
                    Measure = measure.Value(parsed),
                    Removal = parsed.GetValue(removal) ?? standard.Removal,
                    Tolerance = parsed.GetValue(tolerance) ?? standard.Tolerance,
                    Ranking = by.Value(parsed),
                    LargestCount = parsed.GetValue(count),
                    FitShare = parsed.GetValue(share) ?? standard.FitShare,
                    DoseQuestions = parsed.GetValue(dose),
                    HeldOut = parsed.GetValue(held),
                    Seed = parsed.GetValue(seed),
                    Prompting = parsed.GetValue(prompting),
                    PerToken = parsed.GetValue(perToken),
                    Text = parsed.GetValue(text) is { } neutral ? new TextSettings(Path.GetFullPath(neutral), null, parsed.GetValue(documents), parsed.GetValue(tokens)) : null,
                };
                var pooled = pooling.Value(parsed);
                var result = await ProgressDisplay.RunAsync(console, "loading the model", progress =>
                {
                    var saes = new Dictionary<string, (SparseAutoencoder Sae, string? Site)>(StringComparer.Ordinal) { [SaeId] = (autoencoder, where) };
                    using var loaded = ExperimentModel.Load(model.Folder(parsed), saes, model.Options(parsed), site.AllowsOtherModel(parsed));
                    return new RemovalComparison(loaded, SaeId, asked, options).Run(Fit, pooled == ConceptPooling.Last ? TokenReduction.Last : TokenReduction.Mean, progress.As<ExperimentProgress>(value => new StageProgress(value.Stage, value.Fraction)), cancellationToken);
                });
                Save(folder.WorkingPath, result);
                folder.Commit();
                Print(console, parsed.GetRequiredValue(output)!, result, parsed.GetValue(json));

                ConceptStatistics Fit(IReadOnlyList<(string Text, string Class)> texts)
                {
                    var file = Path.Combine(folder.WorkingPath, FitFile);
                    AtomicFile.WriteAllText(file, string.Concat(texts.Select(Line)));
                    var origin = new ConceptOrigin { SaeSha256 = autoencoder.Fingerprint, Site = where, ModelName = autoencoder.ModelName ?? cut.ModelName, ModelSha256 = cut.Fingerprint(cancellationToken) };
                    using var harvester = new Harvester(SiteHead.Load(cut, where, model.Options(parsed)));
                    var fitter = new ConceptFitter(harvester, TextTokenizer.Load(model.Folder(parsed)), autoencoder, new ConceptFitOptions { Pooling = pooled, MaximumTokens = int.MaxValue });
                    var statistics = fitter.Fit(new LabelledCorpus([file]), origin, null, cancellationToken);
                    ConceptFile.Save(Path.Combine(folder.WorkingPath, ConceptsFile), statistics);
                    return statistics;
                }
            });
    }

    private static string Line((string Text, string Class) text) =>
        new System.Text.Json.Nodes.JsonObject { ["text"] = text.Text, ["label"] = text.Class }.ToJsonString() + "\n";

    private static void Save(string folder, RemovalResult result)
    {
        AtomicFile.WriteAllBytes(Path.Combine(folder, "result.json"), result.ToJson());
        RemovalReport.Create(result).Save(Path.Combine(folder, "report.html"));
        var policies = Directory.CreateDirectory(Path.Combine(folder, "policies")).FullName;
        foreach (var policy in result.Targets.SelectMany(target => target.Conditions).Select(condition => condition.Policy))
        {
            policy?.Save(Path.Combine(policies, FileName(policy.Name) + ".json"));
        }
    }

    private static string FileName(string name) => string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' ? letter : '_'));

    private static void Print(CliConsole console, string folder, RemovalResult result, bool json)
    {
        if (json)
        {
            console.Output.WriteLine(System.Text.Encoding.UTF8.GetString(result.ToJson(indented: false)));
            return;
        }

        console.Output.WriteLine(RemovalReport.Division(result));
        foreach (var target in result.Targets)
        {
            console.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{target.Name}, {target.Features.Count} features by {result.Ranking} to take from{(target.FeaturesPassedOver > 0 ? $", {target.FeaturesPassedOver} passed over because no graph follows their posterior" : string.Empty)}:"));
            var table = new Table { Border = TableBorder.Simple };
            foreach (var header in RemovalReport.Headers)
            {
                var column = new TableColumn(Markup.Escape(header.TrimStart('#')));
                table.AddColumn(header.StartsWith('#') ? column.RightAligned() : column);
            }

            foreach (var row in RemovalReport.Rows(target))
            {
                table.AddRow(row.Select(cell => new Text(cell)));
            }

            console.Terminal.Write(table);
            foreach (var condition in target.Conditions.Where(condition => condition.Unavailable is not null))
            {
                console.Output.WriteLine($"{condition.Method}: not measured, because {condition.Unavailable}");
            }
        }

        console.Output.WriteLine($"{folder} holds result.json, report.html, the policies (SAE id '{SaeId}') and the statistics.");
    }
}
