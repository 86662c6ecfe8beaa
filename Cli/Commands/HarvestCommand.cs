using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Steering.Analysis.Harvest;
using Steering.Analysis.Shards;
using Steering.Analysis.Sources;
using Steering.Cli.CommandLine;
using Steering.Cli.Output;
using Steering.Cli.Terminal;
using Steering.Tensors;

namespace Steering.Cli.Commands;

/// <summary><c>steer harvest</c>: a text's activations at a site, into shards.</summary>
internal static class HarvestCommand
{
    private enum Precision
    {
        Fp16,
        Bf16,
        Fp32,
    }

    public static Command Create(CliConsole console)
    {
        var command = new Command("harvest", "Write a model's activations over a text into a folder of shards.");
        var model = new ModelArguments(console).AddTo(command);
        var text = Values.Path("--text", "Text: .txt, .jsonl, .csv, .tsv, .parquet, or - for standard input.", "FILE", required: true);
        var site = new Option<string>("--site") { Description = "Site, as in resid_post.15 or 15.", HelpName = "SITE", Required = true };
        var output = Values.Path("--out", "Folder of shards to make; one that was begun with the same options is continued.", "DIR", required: true);
        var precision = new WordOption<Precision>("--precision", "How activations are stored.", Precision.Fp16);
        var tokens = Values.OptionalWhole("--tokens", "Stop after so many tokens, at the end of a window; the whole text unless given.", 1);
        var shard = Values.Whole("--shard-size", "MiB of activations in a shard.", 1, 128);
        var json = CommandExtensions.Json();
        foreach (var option in (Option[])[text, site, output, precision, tokens, shard])
        {
            command.Options.Add(option);
        }

        var harvest = new HarvestArguments().AddTo(command);
        command.Options.Add(json);
        return command
            .WithExamples("steer harvest smollm2 --text corpus.txt --site 15 --out acts-l15", "steer harvest smollm2 --text chats.jsonl --chat --window 1024 --site 15 --out chat-l15 --precision bf16")
            .Keeps(parsed => Shards(parsed.GetRequiredValue(output)!))
            .Runs(async (parsed, cancellationToken) =>
            {
                var folder = parsed.GetRequiredValue(output)!;
                var options = harvest.Apply(
                    parsed,
                    new ActivationSourceOptions
                    {
                        ModelFolder = model.Folder(parsed),
                        Site = SiteName.Full(parsed.GetRequiredValue(site)),
                        TextPath = parsed.GetRequiredValue(text),
                        ShardFolder = folder,
                        StoredType = precision.Value(parsed) switch { Precision.Bf16 => TensorElementType.BFloat16, Precision.Fp32 => TensorElementType.Float32, _ => TensorElementType.Float16 },
                        ShardBytes = (long)parsed.GetValue(shard) << 20,
                        Model = model.Options(parsed),
                    },
                    parsed.GetResult(tokens) is null ? 0 : parsed.GetValue(tokens)!.Value);
                Pace? pace = null;
                var index = await ProgressDisplay.RunAsync(console, "loading the model", progress => ShardHarvest.Run(options, pace = new Pace(progress), cancellationToken));
                Write(console, parsed.GetValue(json), folder, index, pace!);
            });
    }

    /// <summary>What an interrupted harvest keeps.</summary>
    internal static Kept? Shards(string folder) => File.Exists(Path.Combine(folder, ShardIndex.FileName)) && ShardIndex.Load(folder) is { Shards.Count: > 0 } index
        ? new Kept(string.Create(CultureInfo.InvariantCulture, $"{folder} keeps the {index.Counts.Tokens:N0} tokens whose shards are written"))
        : null;

    private static void Write(CliConsole console, bool json, string folder, ShardIndex index, Pace pace)
    {
        var counts = index.Counts;
        if (json)
        {
            Json.Write(console.Output, writer =>
            {
                writer.WriteString("folder", folder);
                writer.WriteString("model", index.Job.ModelName);
                writer.WriteString("modelSha256", index.Job.ModelSha256);
                writer.WriteString("site", index.Job.Site);
                writer.WriteNumber("hiddenSize", index.Job.HiddenSize);
                writer.WriteString("type", index.Job.Type);
                writer.WriteNumber("shards", index.Shards.Count);
                writer.WriteNumber("bytes", index.Shards.Sum(shard => shard.Bytes));
                writer.WriteNumber("windows", counts.Windows);
                writer.WriteNumber("tokens", counts.Tokens);
                writer.WriteNumber("rows", counts.Rows);
                writer.WriteNumber("firstPositions", counts.FirstPositions);
                writer.WriteNumber("massiveTokens", counts.MassiveTokens);
                writer.WriteRounded("medianNorm", index.MedianNorm, 3);
                writer.WriteNumber("tokensThisRun", pace.Tokens);
                writer.WriteRounded("seconds", pace.Seconds, 3);
                writer.WriteRounded("tokensPerSecond", pace.TokensPerSecond, 1);
            });
            return;
        }

        var massive = index.LargestNorm is { } limit
            ? string.Create(CultureInfo.InvariantCulture, $"{counts.MassiveTokens} massive ones (norm above {limit:G4}, median {index.MedianNorm:G4})")
            : "none for their norm";
        var run = pace.Tokens == 0
            ? "It was complete already."
            : string.Create(CultureInfo.InvariantCulture, $"This run: {pace.Tokens} tokens in {pace.Seconds:F1} s, {pace.TokensPerSecond:F0} tokens/s.");
        console.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{folder} holds {counts.Rows} activations of {index.Job.HiddenSize} numbers at {index.Job.Site} in {index.Shards.Count} shard{(index.Shards.Count == 1 ? string.Empty : "s")}. Of {counts.Tokens} tokens, {counts.FirstPositions} first positions and {massive} were left out. {run}"));
    }

    /// <summary>Tokens a second since the run began, loading included, shown with what is left.</summary>
    private sealed class Pace(IProgress<StageProgress> progress) : IProgress<HarvestProgress>
    {
        private readonly long _start = Stopwatch.GetTimestamp();

        public long Tokens { get; private set; }

        public double Seconds { get; private set; }

        public double TokensPerSecond => Seconds > 0 ? Tokens / Seconds : 0;

        public void Report(HarvestProgress value)
        {
            Tokens = value.TokensThisRun;
            Seconds = Stopwatch.GetElapsedTime(_start).TotalSeconds;
            progress.Report(new StageProgress(
                string.Create(CultureInfo.InvariantCulture, $"{value.Tokens} tokens, {TokensPerSecond:F0} a second"),
                value.ExpectedTokens is > 0 and var all ? (double)value.Tokens / all : 0));
        }
    }
}
