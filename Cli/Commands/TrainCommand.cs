using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Steering.Analysis.Evaluation;
using Steering.Analysis.Shards;
using Steering.Analysis.Sources;
using Steering.Analysis.Windows;
using Steering.Cli.CommandLine;
using Steering.Cli.Terminal;
using Steering.Cli.Training;
using Steering.Export.Cuts;
using Steering.Saes;
using Steering.Training.Torch;
using Steering.Training.Trainer;

namespace Steering.Cli.Commands;

/// <summary><c>steer train</c>: text in, sparse autoencoders out.</summary>
internal static class TrainCommand
{
    private const string RunSuffix = ".training";

    public static Command Create(CliConsole console)
    {
        var command = new Command("train", "Train sparse autoencoders on a model's activations.");
        var model = new ModelArguments(console).AddTo(command);
        var text = new Argument<string>("TEXT") { Description = "Text to harvest activations from: .txt, .jsonl, .csv, .tsv, .parquet, or - for standard input; or a folder of shards made by 'steer harvest'." };
        var output = new Argument<string>("OUT") { Description = "Folder to write; OUT.training holds the run until then." };
        var site = new Option<string>("--site") { Description = "Site, as in resid_post.15 or 15.", HelpName = "SITE", Required = true };
        command.Arguments.Add(text);
        command.Arguments.Add(output);
        command.Options.Add(site);
        var training = new TrainingArguments().AddTo(command);
        var harvest = new HarvestArguments().AddTo(command);
        var shards = Values.Path("--shards", "Keep the activations in this folder on the way, and read them from there when the text is read again.", "DIR");
        var resume = new Option<bool>("--resume") { Description = "Continue an interrupted run: the same weights, bit for bit, as without the interruption." };
        var json = CommandExtensions.Json();
        var evaluation = new HeldOutText().AddTo(command);
        command.Options.Add(shards);
        command.Options.Add(resume);
        command.Options.Add(json);
        return command
            .WithExamples(
                "steer train smollm2 corpus.txt sae-l15 --site 15 --latents 4608 --k 32 --eval-text held-out.txt",
                "steer train smollm2 corpus.jsonl saes --site 15 --kind topk,matryoshka --k 16,32,64 --tokens 2000000",
                "steer train smollm2 corpus.jsonl saes --site 15 --kind topk,matryoshka --k 16,32,64 --tokens 2000000 --resume")
            .Keeps(parsed => Kept(parsed.GetRequiredValue(output), parsed.GetValue(shards)))
            .Runs(async (parsed, cancellationToken) =>
            {
                var destination = Path.TrimEndingDirectorySeparator(Path.GetFullPath(parsed.GetRequiredValue(output)));
                RefuseOccupied(destination);
                var from = parsed.GetRequiredValue(text);
                if (Directory.Exists(from))
                {
                    // Said before anything else: a folder of another kind may lack everything else too.
                    _ = ShardFolder.Open(from);
                }

                var cut = SiteCut.Load(model.Folder(parsed));
                var where = cut.Name(SiteName.Full(parsed.GetRequiredValue(site)));
                var options = harvest.Apply(parsed, new ActivationSourceOptions
                {
                    Cut = cut,
                    Site = where,
                    TextPath = Directory.Exists(from) ? null : from,
                    ShardFolder = Directory.Exists(from) ? from : parsed.GetValue(shards),
                    Model = model.Options(parsed),
                    Seed = training.Seed(parsed),
                });
                TrainingMembers.Validate(training.Members(parsed, cut.HiddenSize, 1), cut.HiddenSize);
                using var harvested = options.TextPath is null ? null : await Task.Run(() => TextHarvest.Open(options, TextWindows.MostKept, cancellationToken), cancellationToken);
                var (windows, corpus) = await Task.Run(() => evaluation.Read(parsed, options, harvested, cancellationToken), cancellationToken);
                TorchRuntime.EnsureLoaded(notice: console.Error.WriteLine);
                var clock = new TrainingClock(console.Time);
                using var input = await ProgressDisplay.RunAsync(console, "opening the text", progress => harvested is null
                    ? TrainingInput.Open(options, cancellationToken)
                    : TrainingInput.Open(harvested, options, training.Tokens(parsed), progress, cancellationToken));
                using var run = await ProgressDisplay.RunAsync(console, "harvesting the first activations", _ => TrainingRun.Open(training.Members(parsed, cut.HiddenSize, input.OnePass), input.Source, destination + RunSuffix, parsed.GetValue(resume), cancellationToken));
                clock.Next();
                var started = run.Trainers[0].StepsDone;
                await TrainingBoard.RunAsync(console, run, progress => run.Complete(progress: progress, cancellationToken: cancellationToken));
                clock.Next();
                var writer = new TrainingOutput
                {
                    Cut = cut,
                    Site = where,
                    ModelOptions = model.Options(parsed),
                    Summary = new SaeTrainingSummary { Dataset = Path.GetFileName(from), ContextLength = options.Windows.Length },
                    Windows = windows,
                    Corpus = corpus,
                };
                var results = await ProgressDisplay.RunAsync(console, "measuring", progress => writer.Write(run, destination, progress.As<EvaluationProgress>(value => new StageProgress(value.Stage, value.Fraction)), cancellationToken));
                clock.Next();
                Print(console, results, destination, model.Given(parsed), input.Counts, corpus, clock.Parts(results.Sum(result => result.Steps.Where(step => step.Step > started).Sum(step => step.Seconds))), parsed.GetValue(json));
            });
    }

    private static Kept? Kept(string output, string? shards) => TrainingRun.StepsKept(Run(output)) is { } steps
        ? new Kept(string.Create(CultureInfo.InvariantCulture, $"{Run(output)} keeps the run up to step {steps:N0}"), "--resume")
        : shards is null ? null : HarvestCommand.Shards(shards);

    private static string Run(string output) => Path.TrimEndingDirectorySeparator(output) + RunSuffix;

    private static void RefuseOccupied(string destination)
    {
        if (File.Exists(destination) || Directory.Exists(destination))
        {
            throw new SteeringException($"{destination} exists already; choose another name or remove it first.");
        }
    }

    private static void Print(CliConsole console, IReadOnlyList<TrainedSae> results, string destination, string modelName, string counts, string corpus, TrainingTimes times, bool json)
    {
        if (json)
        {
            console.Output.WriteLine(JsonSerializer.Serialize(new
            {
                folder = destination,
                saes = results.Select(result => new
                {
                    name = result.Member.Name,
                    folder = result.Folder,
                    tokens = result.Steps[^1].Tokens,
                    fvu = result.Evaluation?.Reconstruction.UnexplainedVariance,
                    l0 = result.Evaluation?.Sparsity.ActiveMean,
                    dead = result.Evaluation?.Sparsity.Dead,
                    ceRecovered = result.Evaluation?.CrossEntropy?.RecoveredFromZero,
                    seconds = result.Seconds,
                }),
                seconds = new { harvesting = times.Harvesting, steps = times.Steps, measuring = times.Measuring, all = times.All },
            }));
            return;
        }

        var table = new Table { Border = TableBorder.Simple };
        foreach (var head in ComparisonTable.Headers)
        {
            table.AddColumn(new TableColumn(Markup.Escape(head.TrimStart('#'))) { Alignment = head[0] == '#' ? Justify.Right : Justify.Left }.NoWrap());
        }

        foreach (var result in results)
        {
            table.AddRow([.. ComparisonTable.Row(result.ToReportedRun()).Select(cell => new Text(cell))]);
        }

        console.Terminal.Write(table);
        console.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Trained on {results[0].Steps[^1].Tokens:N0} activations; {counts}."));
        console.Output.WriteLine(times.ToString());
        foreach (var remark in results.Select(result => result.ToReportedRun()).Select(ComparisonTable.Remark).OfType<string>())
        {
            console.Output.WriteLine(remark);
        }

        console.Output.WriteLine(corpus.Length == 0 ? "Nothing was measured." : $"Measured on {corpus}.");
        console.Output.WriteLine($"{Path.Combine(destination, TrainingOutput.ReportName)} is the report. Steer with: steer chat {modelName} --sae {results[0].Folder}");
    }
}
