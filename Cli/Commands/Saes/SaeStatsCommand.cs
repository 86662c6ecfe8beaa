using System.CommandLine;
using System.Globalization;
using Steering.Cli.CommandLine;
using Steering.Cli.Terminal;
using Steering.Models;
using Steering.Saes;
using Steering.Saes.Formats;
using Steering.Tokenizers;

namespace Steering.Cli.Commands.Saes;

/// <summary><c>steer sae stats</c>: each latent's largest activation over a text, the unit of strengths.</summary>
internal static class SaeStatsCommand
{
    private const int DefaultWindow = 256;

    public static Command Create(CliConsole console)
    {
        var command = new Command("stats", "Measure the largest activation of every feature over a text, which strengths are multiples of.");
        var model = new ModelArguments(console).AddTo(command);
        var folder = new Argument<string>("SAE") { Description = "SAE folder, or its file of weights." };
        var text = Values.Path("--text", "Texts, one a line.", "FILE", required: true);
        var whole = new Option<bool>("--whole-file") { Description = "Read the file as one text." };
        var window = Values.Whole("--window", "Tokens of one forward pass; longer texts are cut into windows.", 2, DefaultWindow);
        var output = Values.Path("--output", $"File to write; SAE/{SaeStatistics.FileName} unless given.", "FILE");
        command.Arguments.Add(folder);
        foreach (var option in (Option[])[text, whole, window, output])
        {
            command.Options.Add(option);
        }

        var site = new SaeSite(parsed => parsed.GetRequiredValue(folder)).AddTo(command);
        return command
            .WithExamples("steer sae stats smollm2 sae-l15 --text corpus.txt")
            .WritesFile(parsed => parsed.GetValue(output) ?? SaeFolder.StatisticsPath(model.Sae(parsed, parsed.GetRequiredValue(folder))))
            .Runs(async (parsed, cancellationToken) =>
            {
                var from = parsed.GetRequiredValue(text)!;
                var place = model.Sae(parsed, parsed.GetRequiredValue(folder));
                var sae = SaeFolder.Load(place);
                var texts = TextSamples.Read(from, parsed.GetValue(whole));
                var ids = Windows(TextTokenizer.Load(model.Folder(parsed)), texts, parsed.GetValue(window));
                using var pass = await Task.Run(() => model.LoadForwardPass(parsed), cancellationToken);
                var where = site.Require(parsed, sae, pass.Manifest, model.Folder(parsed));
                var accumulator = new MaxActivationAccumulator(sae);
                await ProgressDisplay.RunAsync(console, "reading texts", progress => Accumulate(pass, where, ids, accumulator, progress, cancellationToken));
                var statistics = accumulator.ToStatistics(Path.GetFileName(from));
                var path = parsed.GetValue(output) ?? SaeFolder.StatisticsPath(place);
                statistics.Save(path);
                var fired = statistics.LatentCount - statistics.MaxActivation.Span.Count(0f);
                console.Output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{path} holds the largest activations over {statistics.TokenCount} tokens ({statistics.TokensLeftOut} left out); {fired} of {statistics.LatentCount} features fired."));
            });
    }

    private static List<int[]> Windows(TextTokenizer tokenizer, IReadOnlyList<string> texts, int window) =>
        [.. texts.SelectMany(text => tokenizer.Encode(text, addSpecialTokens: true).Chunk(window))];

    private static bool Accumulate(ForwardPass pass, string site, List<int[]> windows, MaxActivationAccumulator accumulator, IProgress<StageProgress> progress, CancellationToken cancellationToken)
    {
        for (var index = 0; index < windows.Count; index++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            accumulator.Add(pass.Run(windows[index]).Residuals[site], windows[index].Length);
            progress.Report(new StageProgress("reading texts", (index + 1.0) / windows.Count));
        }

        return true;
    }
}
