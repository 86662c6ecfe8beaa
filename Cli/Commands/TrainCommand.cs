using System.CommandLine;
using System.Globalization;
using Steering.Cli.CommandLine;
using Steering.Cli.Terminal;
using Steering.Export.Saes;
using Steering.Saes;
using Steering.Sockets;
using Steering.Training.Activations;
using Steering.Training.Torch;
using Steering.Training.Trainer;
using Steering.Vectors;

namespace Steering.Cli.Commands;

/// <summary><c>steer train</c>: text in, a sparse autoencoder out.</summary>
internal static class TrainCommand
{
    private const string RunSuffix = ".training";

    public static Command Create(CliConsole console)
    {
        var command = new Command("train", "Train a sparse autoencoder on a model's activations.");
        var model = new ModelArguments().AddTo(command);
        var text = new Argument<string>("TEXT") { Description = "Text to harvest activations from: .txt, .jsonl, .csv, .tsv, .parquet, or - for standard input." };
        var output = new Argument<string>("OUT") { Description = "SAELens folder to write; OUT.training holds the run until then." };
        var site = new Option<string>("--site") { Description = "Site, as in resid_post.15 or 15.", HelpName = "SITE", Required = true };
        var kind = new WordOption<SaeArchitecture>("--kind", "Kind of autoencoder: topk, abstopk, batchtopk or matryoshkabatchtopk.", SaeArchitecture.TopK);
        var latents = Values.OptionalWhole("--latents", "Number of latents; 8 a dimension unless given.", 1);
        var k = Values.OptionalReal("--k", "Active latents a token; 32 unless given.", 0, 1 << 20);
        var tokens = Values.OptionalWhole("--tokens", "Tokens to train on, over all passes; one pass unless given.", 1);
        var rate = Values.OptionalReal("--learning-rate", "Peak learning rate; from the number of latents unless given.", 0, 1);
        var seed = Values.Whole("--seed", "Decides initial weights and data order.", 0, 0);
        var config = Values.Path("--config", "JSON file of training options; options given here win.", "FILE");
        var window = Values.Whole("--window", "Tokens of one window.", 2, TokenWindowOptions.DefaultLength);
        var field = Values.Path("--field", "Field or column that holds the text.", "NAME");
        var chat = new Option<bool>("--chat") { Description = "Read conversations and apply the chat template." };
        var resume = new Option<bool>("--resume") { Description = "Continue an interrupted run: the same weights, bit for bit, as without the interruption." };
        command.Arguments.Add(text);
        command.Arguments.Add(output);
        foreach (var option in (Option[])[site, kind, latents, k, tokens, rate, seed, config, window, field, chat, resume])
        {
            command.Options.Add(option);
        }

        return command
            .WithExamples("steer train smollm2 corpus.txt sae-l15 --site 15 --latents 4608 --k 32 --tokens 600000", "steer train smollm2 corpus.jsonl sae-l15 --site 15 --field text --kind batchtopk --resume")
            .Runs(async (parsed, cancellationToken) =>
            {
                var destination = parsed.GetRequiredValue(output);
                RefuseOccupied(destination);
                var folder = model.Folder(parsed);
                var chatting = parsed.GetValue(chat);
                var corpus = TextCorpus.Open(parsed.GetRequiredValue(text), new TextCorpusOptions { Field = parsed.GetValue(field), Chat = chatting });
                using var windows = TokenWindows.Load(folder, new TokenWindowOptions { Length = parsed.GetValue(window), Chat = chatting });
                using var head = await Task.Run(() => SiteHead.Load(folder, SiteName.Full(parsed.GetRequiredValue(site)), model.Options(parsed)), cancellationToken);
                var wanted = Given(parsed, tokens);
                var harvest = await ProgressDisplay.RunAsync(console, "harvesting", progress =>
                    MemoryHarvest.Collect(head, windows.Read(corpus.Read(cancellationToken), cancellationToken: cancellationToken), TokenExclusion.Default, wanted ?? long.MaxValue, new HarvestProgress(progress, wanted), cancellationToken));
                var options = Options(parsed, head.HiddenSize, harvest.Rows.Length / head.HiddenSize);
                TorchRuntime.EnsureLoaded(notice: console.Error.WriteLine);
                using var source = new MemoryActivationSource(harvest.Rows, head.HiddenSize, options.Seed);
                var run = destination + RunSuffix;
                using var trainer = await ProgressDisplay.RunAsync(console, "training", progress =>
                    TrainingRun.Complete(options, source, run, parsed.GetValue(resume), progress: new StepProgress(progress, options.Steps), cancellationToken: cancellationToken));
                var manifest = File.Exists(Path.Combine(folder, SocketManifest.FileName)) ? SocketManifestFile.Load(folder) : null;
                SaeLensFolderWriter.Write(
                    destination,
                    SaeFolding.Scale(trainer.ToParameters(manifest?.ModelName ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), HookName(head.Site), manifest is null ? null : ModelIdentity.Fingerprint(manifest))),
                    new SaeTrainingSummary { Kind = options.Architecture.ToString().ToLowerInvariant(), Dataset = Path.GetFileName(corpus.Path), Tokens = trainer.StepsDone * options.BatchSize, Steps = trainer.StepsDone, ContextLength = parsed.GetValue(window), LearningRate = options.LearningRate, Seed = options.Seed });
                File.Copy(Path.Combine(run, "training.jsonl"), Path.Combine(destination, "training.jsonl"));
                Directory.Delete(run, recursive: true);
                console.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{destination} holds {options.LatentCount} latents trained on {trainer.StepsDone * options.BatchSize} tokens ({harvest.Tokens} harvested, {harvest.LeftOut} left out). Steer with: steer chat {folder} --sae {destination}"));
            });

        TrainingOptions Options(ParseResult parsed, int width, long rows)
        {
            var from = parsed.GetValue(config);
            var standard = from is null ? new TrainingOptions { LatentCount = 8 * width, Tokens = rows } : TrainingOptionsJson.Load(from);
            return standard with
            {
                Architecture = from is null || parsed.GetResult(kind) is { Implicit: false } ? kind.Value(parsed) : standard.Architecture,
                LatentCount = Given(parsed, latents) ?? standard.LatentCount,
                K = parsed.GetResult(k) is null ? standard.K : parsed.GetValue(k)!.Value,
                Tokens = Given(parsed, tokens) ?? standard.Tokens,
                LearningRate = parsed.GetResult(rate) is null ? standard.LearningRate : parsed.GetValue(rate),
                Seed = parsed.GetResult(seed) is { Implicit: false } ? parsed.GetValue(seed) : standard.Seed,
            };
        }
    }

    private static int? Given(ParseResult parsed, Option<int?> option) => parsed.GetResult(option) is null ? null : parsed.GetValue(option);

    private static string HookName(string site) => $"blocks.{site[(site.LastIndexOf('.') + 1)..]}.hook_resid_post";

    private static void RefuseOccupied(string destination)
    {
        if (File.Exists(destination) || (Directory.Exists(destination) && Directory.EnumerateFileSystemEntries(destination).Any()))
        {
            throw new SteeringException($"{destination} exists already; choose another name or remove it first.");
        }
    }

    private sealed class HarvestProgress(IProgress<StageProgress> progress, int? wanted) : IProgress<long>
    {
        public void Report(long value) => progress.Report(new StageProgress(string.Create(CultureInfo.InvariantCulture, $"harvesting, {value} tokens"), wanted is null ? 0 : (double)value / wanted.Value));
    }

    private sealed class StepProgress(IProgress<StageProgress> progress, long steps) : IProgress<TrainingStep>
    {
        public void Report(TrainingStep value) => progress.Report(new StageProgress(
            string.Create(CultureInfo.InvariantCulture, $"step {value.Step}/{steps}, FVU {value.FractionUnexplained:F3}, L0 {value.L0:F1}, {value.Dead} dead"),
            (double)value.Step / steps));
    }
}
