using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Steering.Analysis.Evaluation;
using Steering.Catalogues;
using Steering.Cli.CommandLine;
using Steering.Cli.Terminal;
using Steering.Export.Cuts;
using Steering.Saes;
using Steering.Saes.Formats;
using Steering.Tokenizers;

namespace Steering.Cli.Commands.Saes;

/// <summary><c>steer sae eval</c>: how good an autoencoder is on a model and a text, and what its features fire on.</summary>
internal static class SaeEvalCommand
{
    private const int DefaultWindows = 100;

    public static Command Create(CliConsole console)
    {
        var command = new Command("eval", "Measure a sparse autoencoder on a model and a text.");
        var model = new ModelArguments(console).AddTo(command);
        var sae = new Argument<string>("SAE") { Description = "SAE, made on that model." };
        command.Arguments.Add(sae);
        var text = new EvaluationText().AddTo(command);
        var windows = Values.Whole("--windows", "Windows read; 0 reads the whole text.", 0, DefaultWindows);
        var crossEntropy = Values.Whole("--ce-windows", "The first windows over which cross-entropy is measured; 0 for none.", 0, new SaeEvaluationOptions().CrossEntropyWindows);
        var everywhere = new Option<bool>("--splice-everywhere") { Description = "Measure cross-entropy with position 0 spliced too." };
        var rare = Values.OptionalReal("--rare", "Features that fire on a smaller share of the tokens are rare (0.0001).", 0, 0.999999f);
        var examples = Values.Whole("--examples", "Examples kept for each feature in the catalogue.", 1, 10);
        var context = Values.Whole("--context", "Tokens kept on each side of an example.", 0, new SaeEvaluationOptions().ContextTokens);
        var catalogue = new Option<string?>("--catalogue") { Description = $"Write a catalogue of features; SAE/{FeatureCatalogue.FileName} unless a file is given.", HelpName = "FILE", Arity = ArgumentArity.ZeroOrOne };
        var report = Values.Path("--report", "Write a page with plots, and the numbers as JSON beside it.", "OUT.html");
        var json = CommandExtensions.Json();
        foreach (var option in (Option[])[windows, crossEntropy, everywhere, rare, examples, context, catalogue, report, json])
        {
            command.Options.Add(option);
        }

        var site = new SaeSite(parsed => parsed.GetRequiredValue(sae)).AddTo(command);
        command.Validators.Add(result =>
        {
            bool Given(Option option) => result.GetResult(option) is { Implicit: false };
            foreach (var option in (Option[])[examples, context])
            {
                if (Given(option) && !Given(catalogue))
                {
                    result.AddError($"{option.Name} does nothing by itself: give --catalogue too.");
                }
            }

            if (Given(everywhere) && result.GetValue(crossEntropy) == 0)
            {
                result.AddError("--splice-everywhere and --ce-windows 0 exclude each other.");
            }
        });
        return command
            .WithExamples(
                "steer sae eval smollm2 sae-l15 --text test.txt",
                "steer sae eval smollm2 sae-l15 --text test.txt --catalogue --report eval.html")
            .WritesFile(parsed => parsed.GetValue(report))
            .WritesFile(parsed => parsed.GetResult(catalogue) is null ? null : parsed.GetValue(catalogue) ?? Path.Combine(SaeFolder.FolderOf(model.Sae(parsed, parsed.GetRequiredValue(sae))), FeatureCatalogue.FileName))
            .Runs(async (parsed, cancellationToken) =>
            {
                var path = model.Sae(parsed, parsed.GetRequiredValue(sae));
                var wanted = parsed.GetResult(catalogue) is null ? null : parsed.GetValue(catalogue) ?? Path.Combine(SaeFolder.FolderOf(path), FeatureCatalogue.FileName);
                CheckOutputs(parsed.GetValue(report), wanted);
                var autoencoder = SaeSource.LoadBare(path);
                var cut = SiteCut.Load(model.Folder(parsed));
                var where = site.Require(parsed, autoencoder, cut);
                var read = await Task.Run(() => text.Read(parsed, model.Folder(parsed), model.Options(parsed), parsed.GetValue(windows), cancellationToken), cancellationToken);
                var options = new SaeEvaluationOptions
                {
                    CrossEntropyWindows = parsed.GetValue(crossEntropy),
                    SpliceEverywhere = parsed.GetValue(everywhere),
                    RareDensity = parsed.GetValue(rare) ?? new SaeEvaluationOptions().RareDensity,
                    Examples = wanted is null ? 0 : parsed.GetValue(examples),
                    ContextTokens = parsed.GetValue(context),
                    Corpus = text.Name(parsed),
                };
                var result = await ProgressDisplay.RunAsync(console, "reading text", progress =>
                {
                    var identified = options with { ModelSha256 = cut.Fingerprint(cancellationToken), ModelName = autoencoder.ModelName ?? cut.ModelName };
                    using var loaded = SiteModel.Load(cut, where, model.Options(parsed));
                    return SaeEvaluator.Evaluate(autoencoder, loaded, read, identified, progress.As<EvaluationProgress>(value => new StageProgress(value.Stage, value.Fraction)), cancellationToken);
                });
                if (wanted is not null)
                {
                    CatalogueBuilder.Write(wanted, result, read, TextTokenizer.Load(model.Folder(parsed)), KeptLabels(wanted, autoencoder), cancellationToken);
                }

                WriteReport(result.Summary, parsed.GetValue(report), wanted);
                Print(console, result.Summary, parsed.GetValue(json), wanted, parsed.GetValue(report));
            });
    }

    /// <summary>Minutes of work must not end at a folder that does not exist.</summary>
    private static void CheckOutputs(params string?[] paths)
    {
        foreach (var path in paths.OfType<string>())
        {
            if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))) || Directory.Exists(path))
            {
                throw new SteeringException($"{path} cannot be written: {(Directory.Exists(path) ? "a folder has that name" : "its folder does not exist")}.");
            }
        }
    }

    /// <summary>Names that users gave to features outlive a new evaluation of the same autoencoder.</summary>
    private static IReadOnlyDictionary<int, string>? KeptLabels(string path, SparseAutoencoder autoencoder)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var old = FeatureCatalogue.Open(path, autoencoder);
            return old.Labels();
        }
        catch (SteeringException)
        {
            // Of another autoencoder or damaged: what is written now takes its place.
            return null;
        }
    }

    private static void WriteReport(SaeEvaluation summary, string? path, string? catalogue)
    {
        if (path is null)
        {
            return;
        }

        using var features = catalogue is null ? null : FeatureCatalogue.Open(catalogue);
        EvaluationReport.Create(summary, features).Save(path);
        summary.Save(Path.ChangeExtension(path, ".json"));
    }

    private static void Print(CliConsole console, SaeEvaluation summary, bool json, string? catalogue, string? report)
    {
        if (json)
        {
            console.Output.WriteLine(summary.ToJson());
            return;
        }

        console.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{summary.Architecture}, {summary.LatentCount:N0} latents, {summary.Site ?? "site not said"}: {summary.Tokens:N0} tokens counted, {summary.TokensLeftOut:N0} left out, {summary.Seconds:0.#} s"));
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns(new TableColumn("metric").NoWrap(), new TableColumn("value").RightAligned().NoWrap(), new TableColumn("definition"));
        foreach (var row in MetricTable.Rows(summary))
        {
            table.AddRow(new Text(row.Name), new Text(row.Value), new Text(row.Definition, new Style(Color.Grey)));
        }

        console.Terminal.Write(table);
        foreach (var line in (string?[])[catalogue is null ? null : $"{catalogue} holds the catalogue; 'steer features search' reads it.", report is null ? null : $"{report} and {Path.ChangeExtension(report, ".json")} hold the report."])
        {
            if (line is not null)
            {
                console.Output.WriteLine(line);
            }
        }
    }
}
