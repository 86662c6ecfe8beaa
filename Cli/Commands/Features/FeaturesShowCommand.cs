using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Steering.Catalogues;
using Steering.Cli.CommandLine;
using Steering.Cli.Output;
using Steering.Cli.Terminal;

namespace Steering.Cli.Commands.Features;

/// <summary><c>steer features show</c>: what a catalogue knows about one feature.</summary>
internal static class FeaturesShowCommand
{
    public static Command Create(CliConsole console)
    {
        var feature = FeatureArgument.Create();
        var limit = Values.Whole("--examples", "Examples shown.", 1, 10);
        var json = CommandExtensions.Json();
        var command = new Command("show", "Show a feature's statistics and strongest examples.") { feature, limit, json };
        var catalogue = new CatalogueArguments(console).AddTo(command);
        return command
            .WithExamples("steer features show 4514 --sae sae-l15")
            .AnswersAtOnce()
            .Runs(async (parsed, cancellationToken) =>
            {
                using var features = await Task.Run(() => catalogue.Open(parsed), cancellationToken);
                var found = features.Feature(parsed.GetValue(feature));
                var examples = features.Examples(found.Latent, parsed.GetValue(limit));
                if (parsed.GetValue(json))
                {
                    WriteJson(console.Output, features, found, examples);
                    return;
                }

                console.Output.WriteLine(Sentence(found, features.Info));
                if (examples.Count == 0)
                {
                    return;
                }

                var table = new Table { Border = TableBorder.Simple };
                table.AddColumns(new TableColumn("activation").RightAligned().NoWrap(), new TableColumn("example"));
                foreach (var example in examples)
                {
                    table.AddRow(new Text(FeatureReport.Number(example.Activation)), FeatureReport.Line(example));
                }

                console.Terminal.Write(table);
            });
    }

    private static string Sentence(CatalogueFeature feature, CatalogueInfo info)
    {
        var name = FeatureReport.Name(feature);
        if (feature.Fired == 0)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{name} never fired on the catalogue's {info.Tokens:N0} tokens{Of(info)}.");
        }

        var nearest = feature.Nearest is { } other ? string.Create(CultureInfo.InvariantCulture, $", nearest direction {other} (cosine {feature.NearestCosine:0.00})") : string.Empty;
        return string.Create(CultureInfo.InvariantCulture, $"{name} fires on {FeatureReport.Density(feature, info)} of {info.Tokens:N0} tokens{Of(info)}: maximum {FeatureReport.Number(feature.MaxActivation)}, mean {FeatureReport.Number(feature.MeanActivation)}{nearest}.");
    }

    private static string Of(CatalogueInfo info) => info.Corpus is { } corpus ? $" of {TokenTexts.OneLine(corpus)}" : string.Empty;

    private static void WriteJson(TextWriter output, FeatureCatalogue features, CatalogueFeature feature, IReadOnlyList<CatalogueExample> examples) => Json.Write(output, writer =>
    {
        writer.WriteString("catalogue", features.Path);
        FeatureReport.Write(writer, feature, features.Info);
        writer.WriteStartArray("examples");
        foreach (var example in examples)
        {
            FeatureReport.Write(writer, example);
        }

        writer.WriteEndArray();
    });
}
