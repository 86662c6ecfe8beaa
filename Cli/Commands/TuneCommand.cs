using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Steering.Analysis.Reports;
using Steering.Analysis.Tuning;
using Steering.Cli.CommandLine;
using Steering.Cli.Output;
using Steering.Cli.Terminal;
using Steering.Tokenizers;

namespace Steering.Cli.Commands;

/// <summary><c>steer tune</c>: how strong a policy may or must be.</summary>
internal static class TuneCommand
{
    private const int LargestText = 512;

    public static Command Create(CliConsole console)
    {
        var command = new Command("tune", "Find the strength at which a policy reaches a goal, and draw the curve.");
        var model = new ModelArguments(console).AddTo(command);
        var steering = new SteeringArguments(model).AddTo(command);
        var text = Values.Path("--text", "Texts that the strength is measured on, one a line.", "FILE", required: true);
        var texts = Values.Whole("--texts", "The most texts that are read.", 1, 64);
        var divergence = Values.OptionalReal("--kl", "Reach this mean KL(unsteered ‖ steered) of the next token, in nats.", float.Epsilon, float.MaxValue);
        var loss = Values.OptionalReal("--loss", "Reach this loss of the texts, in nats a token.", float.Epsilon, float.MaxValue);
        var keep = Values.OptionalReal("--keep", "Take the largest strength that keeps this share of the accuracy of the next token, as in 0.99.", float.Epsilon, 1);
        var largest = Values.OptionalReal("--max", "The largest strength that is tried; default 64 times the policy's own.", float.Epsilon, float.MaxValue);
        var output = Values.Path("--output", "File for the policy at the strength that was found.", "POLICY.json");
        var plot = Values.Path("--plot", "File for the curve.", "CURVE.svg");
        var json = CommandExtensions.Json();
        foreach (var option in (Option[])[text, texts, divergence, loss, keep, largest, output, plot, json])
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (((Option[])[divergence, loss, keep]).Count(option => result.GetResult(option) is { Implicit: false }) != 1)
            {
                result.AddError("Name one goal: --kl, --loss or --keep.");
            }
        });
        return command
            .WithExamples(
                "steer tune sandbox --policy friendly --text prompts.txt --kl 0.1 --output friendly-0.1.json",
                "steer tune smollm2 --sae sae-l15 --policy calm.json --text wiki.txt --keep 0.99 --plot curve.svg")
            .WritesFile(parsed => parsed.GetValue(output))
            .WritesFile(parsed => parsed.GetValue(plot))
            .Runs(async (parsed, cancellationToken) =>
            {
                var (goal, target) = parsed.GetValue(divergence) is { } nats ? (StrengthGoal.Divergence, nats)
                    : parsed.GetValue(loss) is { } most ? (StrengthGoal.Loss, most)
                    : (StrengthGoal.Accuracy, parsed.GetValue(keep)!.Value);
                var policy = steering.Policies(parsed) is [var only]
                    ? only
                    : throw new UsageException("Give one --policy; the strengths of several have no common measure.");
                if (parsed.GetValue(plot) is { } drawn)
                {
                    SvgPicture.CheckName(drawn);
                }

                var lines = TextSamples.Read(parsed.GetRequiredValue(text)!, wholeFile: false);
                var points = new List<StrengthPoint>();
                var (found, unsteered) = await ProgressDisplay.RunAsync(console, "measuring strengths", progress =>
                {
                    using var pass = model.LoadForwardPass(parsed);
                    var compiler = steering.Compiler(parsed, [policy], pass.Manifest, model.Folder(parsed));
                    var tokenizer = TextTokenizer.Load(model.Folder(parsed));
                    var meter = new StrengthMeter(pass, tuned => compiler.Compile(tuned), policy, [.. lines.Take(parsed.GetValue(texts)).Select(line => tokenizer.Encode(line, addSpecialTokens: true).Take(LargestText).ToArray())], cancellationToken);
                    points.Add(meter.Unsteered);
                    var strength = StrengthSearch.Find(meter, goal, target, parsed.GetValue(largest) ?? 64, new Points(points, progress), cancellationToken);
                    return (strength, meter.Unsteered);
                });
                var tunedPolicy = PolicyStrength.At(policy, found.Strength);
                if (parsed.GetValue(output) is { } file)
                {
                    tunedPolicy.Save(file);
                }

                if (parsed.GetValue(plot) is { } picture)
                {
                    SvgPicture.Save(picture, Chart(points));
                }

                Report(console, parsed.GetValue(json), points, unsteered, found);
            });
    }

    private static string Chart(List<StrengthPoint> points)
    {
        var ordered = points.OrderBy(point => point.Strength).ToArray();
        return new LineChart("What the policy does at each strength", new ChartAxis("strength"), new ChartAxis("nats"), [
            new ChartSeries("KL of the next token", [.. ordered.Select(point => ((double)point.Strength, point.Divergence))]),
            new ChartSeries("loss of the texts", [.. ordered.Select(point => ((double)point.Strength, point.Loss))]),
        ]).ToSvg();
    }

    private static void Report(CliConsole console, bool json, List<StrengthPoint> points, StrengthPoint unsteered, StrengthPoint found)
    {
        if (json)
        {
            Json.Write(console.Output, writer =>
            {
                writer.WriteNumber("strength", found.Strength);
                writer.WriteStartArray("curve");
                foreach (var point in points.OrderBy(point => point.Strength))
                {
                    writer.WriteStartObject();
                    writer.WriteNumber("strength", point.Strength);
                    writer.WriteNumber("klNats", point.Divergence);
                    writer.WriteNumber("lossNats", point.Loss);
                    writer.WriteNumber("accuracy", point.Accuracy);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
            });
            return;
        }

        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in (string[])["strength", "KL, nats", "loss, nats a token", "next token right"])
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (var row in Rows(points, found))
        {
            table.AddRow(row.Cells.Select(cell => new Text(cell, row.IsFound ? new Style(decoration: Decoration.Bold) : Style.Plain)));
        }

        console.Terminal.Write(table);
        if (points.TrueForAll(point => point.Divergence == 0))
        {
            console.Output.WriteLine("The policy changes nothing on these texts at any of these strengths: what it turns is never active in them. Give texts in which it is.");
        }

        console.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Strength {found.Strength:G4}: KL {found.Divergence:F4}, loss {unsteered.Loss:F4} → {found.Loss:F4}, next token right {100 * unsteered.Accuracy:F1} → {100 * found.Accuracy:F1} %."));
    }

    /// <summary>One row for strengths whose numbers are the same as they are shown.</summary>
    private static List<(string[] Cells, bool IsFound)> Rows(List<StrengthPoint> points, StrengthPoint found)
    {
        var rows = new List<(string[] Cells, bool IsFound)>();
        foreach (var point in points.OrderBy(point => point.Strength))
        {
            string[] cells = [Number(point.Strength, "G4"), Number(point.Divergence, "F4"), Number(point.Loss, "F4"), Number(100 * point.Accuracy, "F1") + " %"];
            if (rows is [.., var last] && point.Strength > 0 && !last.Cells[0].Equals("0", StringComparison.Ordinal) && last.Cells.Skip(1).SequenceEqual(cells.Skip(1), StringComparer.Ordinal))
            {
                var first = last.Cells[0].Split(" – ")[0];
                last.Cells[0] = first == cells[0] ? first : $"{first} – {cells[0]}";
                rows[^1] = (last.Cells, last.IsFound || point == found);
            }
            else
            {
                rows.Add((cells, point == found));
            }
        }

        return rows;
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private sealed class Points(List<StrengthPoint> points, IProgress<StageProgress> progress) : IProgress<StrengthPoint>
    {
        private const double Expected = 30;

        public void Report(StrengthPoint value)
        {
            points.Add(value);
            progress.Report(new StageProgress(string.Create(CultureInfo.InvariantCulture, $"strength {value.Strength:G4}"), points.Count / Expected));
        }
    }
}
