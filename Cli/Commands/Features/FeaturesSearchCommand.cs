using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Steering.Catalogues;
using Steering.Cli.CommandLine;
using Steering.Cli.Output;
using Steering.Cli.Terminal;

namespace Steering.Cli.Commands.Features;

/// <summary><c>steer features search</c>: features by text in their labels and top examples.</summary>
internal static class FeaturesSearchCommand
{
    public static Command Create(CliConsole console)
    {
        var text = new Argument<string>("TEXT") { Description = "Words, all of which must occur; one that ends in * stands for all that begin so." };
        var top = Values.Whole("--top", "Features shown.", 1, 10);
        var json = CommandExtensions.Json();
        var command = new Command("search", "Find features by text in their labels and strongest examples.") { text, top, json };
        var catalogue = new CatalogueArguments(console).AddTo(command);
        return command
            .WithExamples("steer features search rain --sae sae-l15", "steer features search \"new york\" --catalogue features.sqlite --json")
            .AnswersAtOnce()
            .Runs(async (parsed, cancellationToken) =>
            {
                var query = parsed.GetRequiredValue(text);
                using var features = await Task.Run(() => catalogue.Open(parsed), cancellationToken);
                var matches = features.Search(query, parsed.GetValue(top));
                if (parsed.GetValue(json))
                {
                    WriteJson(console.Output, query, features, matches);
                }
                else if (matches.Count == 0)
                {
                    console.Output.WriteLine($"No feature's label or strongest examples hold '{query}'. A longer text for 'steer sae eval', or more --examples, makes a larger catalogue.");
                }
                else
                {
                    console.Terminal.Write(Table(features.Info, matches));
                }
            });
    }

    private static Table Table(CatalogueInfo info, IReadOnlyList<CatalogueMatch> matches)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns(
            new TableColumn("feature"),
            new TableColumn("found").NoWrap(),
            new TableColumn("fires on").RightAligned().NoWrap(),
            new TableColumn("maximum").RightAligned().NoWrap(),
            new TableColumn("strongest example with it"));
        foreach (var match in matches)
        {
            table.AddRow(
                new Text(FeatureReport.Name(match.Feature)),
                new Text(Found(match)),
                new Text(FeatureReport.Density(match.Feature, info)),
                new Text(FeatureReport.Number(match.Feature.MaxActivation)),
                FeatureReport.Line(match.Example));
        }

        return table;
    }

    private static string Found(CatalogueMatch match) => string.Join(", ", ((string?[])
    [
        match.InLabel ? "label" : null,
        match.AtPeak > 0 ? string.Create(CultureInfo.InvariantCulture, $"{match.AtPeak} at peak") : null,
        match.Matches > match.AtPeak ? string.Create(CultureInfo.InvariantCulture, $"{match.Matches - match.AtPeak} near") : null,
    ]).OfType<string>());

    private static void WriteJson(TextWriter output, string query, FeatureCatalogue features, IReadOnlyList<CatalogueMatch> matches) => Json.Write(output, writer =>
    {
        writer.WriteString("query", query);
        writer.WriteString("catalogue", features.Path);
        writer.WriteStartArray("features");
        foreach (var match in matches)
        {
            writer.WriteStartObject();
            FeatureReport.Write(writer, match.Feature, features.Info);
            writer.WriteBoolean("inLabel", match.InLabel);
            writer.WriteNumber("atPeak", match.AtPeak);
            writer.WriteNumber("matches", match.Matches);
            if (match.Example is { } example)
            {
                writer.WritePropertyName("example");
                FeatureReport.Write(writer, example);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });
}
