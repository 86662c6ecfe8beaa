using System.CommandLine;
using Steering.Analysis.Experiments;
using Steering.Batching;
using Steering.Cli.CommandLine;
using Steering.Cli.Evaluation;
using Steering.Cli.Terminal;
using Steering.IO;
using Steering.Models;

namespace Steering.Cli.Commands;

/// <summary><c>steer evaluate</c>: what policies do, beside their controls, under several judges.</summary>
internal static class EvaluateCommand
{
    private const string ResultFile = "result.json";
    private const string ReportFile = "report.html";

    public static Command Create(CliConsole console)
    {
        var command = new Command("evaluate", "Measure policies beside their controls: judges, perplexity, side effects; JSON, table and page.");
        var file = new Argument<string>("EXPERIMENT") { Description = "JSON file that names model, prompts, policies, judges, samples and seed." };
        var output = Values.Path("--output", "Folder for replies, result.json and report.html; unless given, the experiment's name with -results, here.", "DIR");
        var resume = new Option<bool>("--resume") { Description = "Continue a run that was interrupted: replies that are there already are kept." };
        var device = new WordOption<ExecutionDevice>("--device", "Where the model runs.", ExecutionDevice.Cpu);
        var threads = Values.Whole("--threads", "Threads of one pass of --decoder genai and of one text scored; with 1, the standard, as many at once as there are cores.", 0, 1);
        var decoder = new WordOption<DecoderChoice>("--decoder", "What writes the replies: batch, many at once in each pass; genai, each alone; auto, batch where the model's graph can. The two draw different replies from one seed.", DecoderChoice.Auto);
        var programs = new Option<bool>("--allow-programs") { Description = "Start the programs that the experiment names as judges, as you. Only for experiments of people you trust." };
        var operators = ModelArguments.CustomOperators();
        var json = CommandExtensions.Json();
        command.Arguments.Add(file);
        foreach (var option in (Option[])[output, resume, decoder, device, threads, programs, operators, json])
        {
            command.Options.Add(option);
        }

        return command
            .WithExamples("steer evaluate docs/experiments/sandbox-friendly.json", "steer evaluate detox.json --output runs/detox --resume --json")
            .Keeps(parsed => Replies(Folder(parsed.GetValue(output), parsed.GetRequiredValue(file))))
            .Runs(async (parsed, cancellationToken) =>
            {
                var source = ExperimentSource.Read(parsed.GetRequiredValue(file), console, parsed.GetValue(programs));
                var folder = Folder(parsed.GetValue(output), source.Experiment.Path);
                var options = new SteerableModelOptions { Device = device.Value(parsed), Threads = parsed.GetValue(threads), AllowCustomOperators = parsed.GetValue(operators) };
                var result = await ProgressDisplay.RunTaskAsync(console, "loading the model", progress => RunAsync(source, folder, parsed.GetValue(resume), options, decoder.Value(parsed), progress, cancellationToken));
                AtomicFile.WriteAllBytes(Path.Combine(folder, ResultFile), result.ToJson());
                ExperimentReport.Create(result).Save(Path.Combine(folder, ReportFile));
                if (parsed.GetValue(json))
                {
                    console.Output.WriteLine(System.Text.Encoding.UTF8.GetString(result.ToJson(indented: false)));
                }
                else
                {
                    ExperimentText.Write(console.Terminal, result);
                    console.Output.WriteLine($"{Path.Combine(folder, ReportFile)} shows it with replies side by side; {Path.Combine(folder, ResultFile)} holds every number.");
                }
            });
    }

    private static string Folder(string? given, string experiment) => given ?? Path.GetFileNameWithoutExtension(experiment) + "-results";

    private static Kept? Replies(string folder) => Path.Combine(folder, ExperimentRunner.RepliesFolder) is var replies && Directory.Exists(replies) && Directory.EnumerateFiles(replies, "*.jsonl").Any()
        ? new Kept($"{folder} keeps what was replied so far", "--resume")
        : null;

    private static async Task<ExperimentResult> RunAsync(ExperimentSource source, string folder, bool resume, SteerableModelOptions options, DecoderChoice decoder, IProgress<StageProgress> progress, CancellationToken cancellationToken)
    {
        try
        {
            using var model = await Task.Run(() => source.LoadModel(options, decoder), cancellationToken);
            var prompts = source.Prompts(model, cancellationToken);
            var runner = new ExperimentRunner(source.Experiment, model, source.Policies, prompts);
            return await Task.Run(() => runner.RunAsync(folder, resume, progress.As<ExperimentProgress>(value => new StageProgress(value.Stage, value.Fraction)), cancellationToken), cancellationToken);
        }
        finally
        {
            await source.DisposeAsync();
        }
    }
}
