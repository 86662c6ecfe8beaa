using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using SandboxModel.Labels;
using SandboxModel.Reporting;
using Steering.Analysis.Evaluation;
using Steering.Catalogues;
using Steering.Saes.Formats;
using Steering.Sandbox.Corpora;

namespace SandboxModel;

/// <summary><c>label</c>: names features by the generator's own labels, and measures how well each name fits.</summary>
internal static class LabelCommand
{
    /// <summary>Fewest tokens on which a feature must fire, and that a label must have.</summary>
    private const int Least = 20;

    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A checkpoint (Hugging Face folder) or a model folder made by 'steer import'." };
        var sae = new Argument<string>("SAE") { Description = "Folder of an autoencoder of it, with its catalogue." };
        var documents = ReportCommand.Whole("--documents", "Held-out documents that labels are chosen on, and as many others that they are measured on.", 800);
        var count = ReportCommand.Whole("--count", "Labels that are written: those of the clearest features.", 100);
        var dry = new Option<bool>("--dry-run") { Description = "Print the labels, write none." };
        var seed = new Option<uint>("--seed") { Description = "Which documents." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object a line instead of the table." };
        var command = new Command("label", "Name features by the generator's labels, and print how precise each name is.") { model, sae, documents, count, seed, dry, json };
        command.SetAction((parsed, cancellation) => ReportCommand.GuardedAsync(parsed.InvocationConfiguration, () => Task.Run(
            () => Run(
                parsed.GetRequiredValue(model), parsed.GetRequiredValue(sae), parsed.GetValue(documents), parsed.GetValue(count), parsed.GetValue(seed), parsed.GetValue(dry), parsed.GetValue(json), parsed.InvocationConfiguration, cancellation),
            cancellation)));
        return command;
    }

    private static void Run(string model, string folder, int documents, int count, uint seed, bool dry, bool json, InvocationConfiguration console, CancellationToken cancellation)
    {
        using var source = ModelSource.Open(model, cancellation);
        var sae = SaeFolder.Load(folder);
        var catalogue = Path.Combine(SaeFolder.FolderOf(folder), FeatureCatalogue.FileName);
        if (!dry)
        {
            using (FeatureCatalogue.Open(catalogue, sae))
            {
            }
        }

        using var reading = new FeatureReading(source.Folder, sae);
        var corpus = new SandboxCorpus(seed);
        var chosenOn = Count(0);
        var measuredOn = Count(documents);
        FeatureLabel[] clearest =
        [
            .. Enumerable.Range(0, sae.LatentCount)
                .Select(latent => chosenOn.Best(latent, Least))
                .OfType<FeatureLabel>()
                .OrderByDescending(label => label.F1).ThenBy(label => label.Latent)
                .Take(count),
        ];
        FeatureLabel[] measured = [.. clearest.Select(label => measuredOn.Measure(label.Latent, label.Label, label.Threshold))];
        Print(measured, measuredOn.Tokens, json, console.Output);
        foreach (var label in dry ? [] : measured)
        {
            FeatureCatalogue.SetLabel(catalogue, label.Latent, label.Label);
        }

        FeatureLabelCounter Count(int skip)
        {
            var counter = new FeatureLabelCounter(sae);
            foreach (var (activations, tokens) in reading.Read(corpus.Documents(CorpusSplit.HeldOut).Skip(skip).Take(documents), cancellation))
            {
                counter.Add(activations, tokens.Labels);
            }

            return counter;
        }
    }

    private static void Print(FeatureLabel[] labels, int tokens, bool json, TextWriter output)
    {
        if (json)
        {
            foreach (var label in labels)
            {
                output.WriteLine(JsonSerializer.Serialize(label, LabelJsonContext.Default.FeatureLabel));
            }

            return;
        }

        Line($"{"feature",7}  {"label",-34}{"precision",10}{"recall",8}{"F1",7}{"threshold",11}{"fires",8}{"labelled",10}");
        foreach (var label in labels)
        {
            Line($"{label.Latent,7}  {label.Label,-34}{label.Precision,10:F3}{label.Recall,8:F3}{label.F1,7:F3}{label.Threshold,11:0.##}{label.Fired,8}{label.Labelled,10}");
        }

        Line($"{labels.Length} labels, measured on {tokens:N0} tokens of other documents than they were chosen on; mean precision {labels.Average(label => label.Precision):F3}, recall {labels.Average(label => label.Recall):F3}, F1 {labels.Average(label => label.F1):F3}");

        void Line(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
    }
}
