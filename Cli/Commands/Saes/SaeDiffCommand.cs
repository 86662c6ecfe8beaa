using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Steering.Analysis.Evaluation;
using Steering.Cli.CommandLine;
using Steering.Cli.Output;
using Steering.Cli.Terminal;
using Steering.Saes.Formats;

namespace Steering.Cli.Commands.Saes;

/// <summary><c>steer sae diff</c>: which features of one autoencoder another has too.</summary>
internal static class SaeDiffCommand
{
    public static Command Create(CliConsole console)
    {
        var first = new Argument<string>("SAE_A") { Description = "An SAE." };
        var second = new Argument<string>("SAE_B") { Description = "Another of the same model and site." };
        var top = Values.Whole("--top", "Pairs shown from each end.", 1, 10);
        var other = SaeSite.OtherModel();
        other.Description = "Compare SAEs of different models or sites too.";
        var json = CommandExtensions.Json();
        return new Command("diff", "Compare two sparse autoencoders, feature by feature.") { first, second, top, other, json }
            .WithExamples("steer sae diff sae-a sae-b")
            .Runs(async (parsed, cancellationToken) =>
            {
                var names = new SandboxNames(console);
                var (a, b) = (SaeFolder.Load(names.Sae(parsed.GetRequiredValue(first))), SaeFolder.Load(names.Sae(parsed.GetRequiredValue(second))));
                var comparison = await ProgressDisplay.RunAsync(console, "comparing directions", progress =>
                    SaeComparison.Compare(a, b, parsed.GetValue(other), progress.Share("comparing directions"), cancellationToken));
                if (parsed.GetValue(json))
                {
                    WriteJson(console.Output, comparison, a.LatentCount, b.LatentCount);
                    return;
                }

                console.Terminal.Write(Summary(comparison, a.LatentCount, b.LatentCount));
                var matches = comparison.Forth().ToArray();
                var shown = Math.Min(parsed.GetValue(top), matches.Length);
                console.Output.WriteLine($"most alike, A → B:  {Pairs(matches[..shown])}");
                console.Output.WriteLine($"least alike, A → B: {Pairs(matches[^shown..])}");
                console.Output.WriteLine($"least alike, B → A: {Pairs([.. comparison.Back().TakeLast(Math.Min(shown, b.LatentCount))])}");
            });
    }

    private static Table Summary(SaeComparison comparison, int first, int second)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns(new TableColumn(string.Empty), new TableColumn("A → B").RightAligned(), new TableColumn("B → A").RightAligned());
        Row("latents", first.ToString("N0", CultureInfo.InvariantCulture), second.ToString("N0", CultureInfo.InvariantCulture));
        Row("MMCS (mean of each latent's largest cosine)", Number(comparison.MeanForth), Number(comparison.MeanBack));
        Row(string.Create(CultureInfo.InvariantCulture, $"matched (cosine > {SaeComparison.MatchCosine})"), Share(comparison.MatchedForth, first), Share(comparison.MatchedBack, second));
        Row(string.Create(CultureInfo.InvariantCulture, $"without counterpart (cosine < {SaeComparison.UnmatchedCosine})"), Share(comparison.UnmatchedForth, first), Share(comparison.UnmatchedBack, second));
        Row("each other's most similar", Share(comparison.Mutual, first), Share(comparison.Mutual, second));
        return table;

        void Row(params string[] cells) => table.AddRow(cells.Select(cell => new Text(cell)));
    }

    private static string Number(double value) => value.ToString("F4", CultureInfo.InvariantCulture);

    private static string Share(int count, int of) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} ({100.0 * count / of:0.#} %)");

    private static string Pairs(LatentMatch[] matches) =>
        string.Join("  ", matches.Select(match => string.Create(CultureInfo.InvariantCulture, $"{match.Latent}–{match.Counterpart} ({match.Cosine:0.00})")));

    private static void WriteJson(TextWriter output, SaeComparison comparison, int first, int second) => Json.Write(output, writer =>
    {
        writer.WriteNumber("mutual", comparison.Mutual);
        Side(writer, "forth", first, comparison.MeanForth, comparison.MatchedForth, comparison.UnmatchedForth, comparison.Forth());
        Side(writer, "back", second, comparison.MeanBack, comparison.MatchedBack, comparison.UnmatchedBack, comparison.Back());
    });

    private static void Side(Utf8JsonWriter writer, string name, int latents, double mean, int matched, int unmatched, IEnumerable<LatentMatch> matches)
    {
        writer.WriteStartObject(name);
        writer.WriteNumber("latents", latents);
        writer.WriteNumber("mmcs", mean);
        writer.WriteNumber("matched", matched);
        writer.WriteNumber("unmatched", unmatched);
        writer.WriteStartArray("pairs");
        foreach (var match in matches)
        {
            writer.WriteStartObject();
            writer.WriteNumber("feature", match.Latent);
            writer.WriteNumber("counterpart", match.Counterpart);
            writer.WriteNumber("cosine", match.Cosine);
            writer.WriteBoolean("mutual", match.Mutual);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
