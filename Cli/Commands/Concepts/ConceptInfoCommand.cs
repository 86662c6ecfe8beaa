using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Steering.Analysis.Concepts;
using Steering.Cli.CommandLine;
using Steering.Cli.Output;
using Steering.Cli.Terminal;
using Steering.Concepts;

namespace Steering.Cli.Commands.Concepts;

/// <summary><c>steer concept info</c>: what a file of concepts holds.</summary>
internal static class ConceptInfoCommand
{
    public static Command Create(CliConsole console)
    {
        var file = new Argument<string>("FILE") { Description = "File made by 'steer concept fit'." };
        var json = CommandExtensions.Json();
        var command = new Command("info", "Say what a file of concepts holds and how far its features tell the concepts apart.") { file, json };
        return command
            .WithExamples("steer concept info toxic.concepts.safetensors")
            .AnswersAtOnce()
            .Runs(async (parsed, cancellationToken) =>
            {
                var statistics = await Task.Run(() => ConceptFile.Load(parsed.GetRequiredValue(file)), cancellationToken);
                var layer = await Task.Run(() => Separability.OfLayer(statistics), cancellationToken);
                if (parsed.GetValue(json))
                {
                    WriteJson(console, statistics, layer);
                    return;
                }

                var origin = statistics.Origin;
                console.Output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{statistics.LatentCount:N0} features at {origin.Site} of {origin.ModelName ?? "a model without name"}, SAE {origin.SaeSha256[..12]}…, pooled by {origin.Pooling.ToString().ToLowerInvariant()} over {origin.Corpus ?? "unnamed texts"} ({origin.Tokens:N0} tokens, {origin.TokensLeftOut:N0} left out)."));
                console.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Separability of the layer: {layer:F3} (mean Jensen–Shannon distance of the features that fire)."));
                var table = new Table { Border = TableBorder.Simple };
                table.AddColumns(new TableColumn("concept").NoWrap(), new TableColumn("observations").RightAligned());
                foreach (var concept in statistics.Concepts)
                {
                    table.AddRow(new Text(concept.Name), new Text(concept.Observations.ToString("N0", CultureInfo.InvariantCulture)));
                }

                console.Terminal.Write(table);
            });
    }

    private static void WriteJson(CliConsole console, ConceptStatistics statistics, double layer) => Json.Write(console.Output, writer =>
    {
        writer.WriteStartArray("concepts");
        foreach (var concept in statistics.Concepts)
        {
            writer.WriteStartObject();
            writer.WriteString("name", concept.Name);
            writer.WriteNumber("observations", concept.Observations);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteNumber("features", statistics.LatentCount);
        writer.WriteString("site", statistics.Origin.Site);
        writer.WriteString("model", statistics.Origin.ModelName);
        writer.WriteString("saeSha256", statistics.Origin.SaeSha256);
        writer.WriteString("pooling", statistics.Origin.Pooling.ToString().ToLowerInvariant());
        writer.WriteNumber("tokens", statistics.Origin.Tokens);
        writer.WriteNumber("tokensLeftOut", statistics.Origin.TokensLeftOut);
        writer.WriteRounded("separability", layer, 6);
    });
}
