using System.CommandLine;
using System.Globalization;
using Steering.Analysis.Judges;
using Steering.Cli.CommandLine;
using Steering.Cli.Output;
using Steering.Cli.Terminal;

namespace Steering.Cli.Commands;

/// <summary><c>steer judge train</c>: a text classifier from labelled texts.</summary>
internal static class JudgeTrainCommand
{
    public static Command Create(CliConsole console)
    {
        var file = new Argument<string>("FILE") { Description = "Labelled texts: .csv or .tsv with a header, or .jsonl." };
        var output = Values.Path("--output", "Classifier to write.", "J.safetensors", required: true);
        var text = new Option<string>("--text") { Description = "Column or field of the text, or its number from 0 where there is no header.", HelpName = "NAME", DefaultValueFactory = _ => "text" };
        var label = new Option<string>("--label") { Description = "Column or field of the label, or its number.", HelpName = "NAME", DefaultValueFactory = _ => "label" };
        var positive = new Option<string[]>("--positive") { Description = "A label that the judge is to find; may be repeated. Without it labels are 0 and 1, or true and false.", HelpName = "LABEL" };
        var json = CommandExtensions.Json();
        return new Command("train", "Train a text classifier that judges replies, and measure it on held-out texts.") { file, output, text, label, positive, json }
            .WithExamples(
                "steer judge train comments.csv --output toxic.safetensors",
                "steer judge train tweets.csv --text tweet --label class --positive 0 --positive 1 --output offensive.safetensors")
            .WritesFile(parsed => parsed.GetValue(output))
            .Runs(async (parsed, cancellationToken) =>
            {
                var path = parsed.GetRequiredValue(output)!;
                string[]? labels = parsed.GetValue(positive) is { Length: > 0 } given ? given : null;
                var texts = LabelledTextFile.Read(parsed.GetRequiredValue(file), parsed.GetValue(text)!, parsed.GetValue(label)!, labels, cancellationToken);
                var classifier = await ProgressDisplay.RunAsync(console, "training", progress =>
                    TextClassifierTrainer.Train(texts, progress.Share("training"), cancellationToken));
                classifier.Save(path);
                var quality = classifier.Quality;
                if (parsed.GetValue(json))
                {
                    Json.Write(console.Output, writer =>
                    {
                        writer.WriteString("file", path);
                        writer.WriteNumber("auroc", quality.Auroc);
                        writer.WriteNumber("trained", quality.Trained);
                        writer.WriteNumber("heldOut", quality.HeldOut);
                    });
                    return;
                }

                console.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path}: trained on {quality.Trained} texts; AUROC {quality.Auroc:F4} on {quality.HeldOut} held-out texts (0.5 is chance)."));
            });
    }
}
