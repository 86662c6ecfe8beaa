using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Steering.Catalogues;
using Steering.Cli.CommandLine;
using Steering.Cli.Output;
using Steering.Cli.Terminal;
using Steering.Saes;
using Steering.Saes.Formats;
using Steering.Tokenizers;

namespace Steering.Cli.Commands.Features;

/// <summary><c>steer features</c>: the most active features at every token of a prompt, and those that stand out on it; below it the catalogue.</summary>
internal static class FeaturesCommand
{
    public static Command Create(CliConsole console)
    {
        var command = new Command("features", "Show the most active features at every token of a prompt, or look features up in a catalogue.")
        {
            FeaturesSearchCommand.Create(console),
            FeaturesShowCommand.Create(console),
            FeaturesLabelCommand.Create(console),
        };
        var model = new ModelArguments(console).AddTo(command);
        var folder = Values.Path("--sae", "SAE folder, or the name of one of the sandbox's, with the site where its configuration names none.", "DIR[@SITE]", required: true);
        var prompt = new PromptArguments(messages: true);
        var top = Values.Whole("--top", "Features shown per token.", 1, 5);
        var summary = Values.Whole("--summary", "Features shown that stand out on the whole prompt, where the SAE has a catalogue; 0 for none.", 0, 10);
        var catalogue = Values.Path("--catalogue", "Catalogue file, where it is not in the SAE's folder.", "FILE");
        var json = CommandExtensions.Json();
        command.Options.Add(folder);
        prompt.AddTo(command);
        var site = new SaeSite(parsed => parsed.GetRequiredValue(folder)!).AddTo(command);
        foreach (var option in (Option[])[top, summary, catalogue, json])
        {
            command.Options.Add(option);
        }

        return command
            .WithExamples(
                "steer features smollm2 --sae sae-l15 --prompt \"The Eiffel Tower is in Paris.\"",
                "steer features search rain --sae sae-l15",
                "steer features show 4514 --sae sae-l15")
            .Runs(async (parsed, cancellationToken) =>
            {
                var path = model.Sae(parsed, parsed.GetRequiredValue(folder)!);
                var sae = SaeFolder.Load(path);
                using var known = parsed.GetValue(summary) == 0 ? null : await Task.Run(() => Catalogue(path, parsed.GetValue(catalogue), sae), cancellationToken);
                var ids = await prompt.EncodeAsync(parsed, model, console.Input, cancellationToken);
                var texts = TokenTexts.Of(TextTokenizer.Load(model.Folder(parsed)), ids);
                using var pass = await Task.Run(() => model.LoadForwardPass(parsed), cancellationToken);
                var where = site.Require(parsed, sae, pass.Manifest, model.Folder(parsed));
                var residual = await Task.Run(() => pass.Run(ids).Residuals[where], cancellationToken);
                var features = await Task.Run(() => sae.TopLatents(residual, ids.Length, parsed.GetValue(top)), cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
                var standing = known?.StandOut(sae.EncodeSparse(residual, ids.Length), TokenExclusion.Default.Kept(residual, ids.Length, sae.HiddenSize), parsed.GetValue(summary));
                if (parsed.GetValue(json))
                {
                    WriteJson(console.Output, sae, where, ids, texts, features, known, standing);
                    return;
                }

                console.Terminal.Write(Tokens(texts, features));
                if (standing is { Count: > 0 })
                {
                    console.Terminal.Write(StandOut(texts, known!, standing));
                }
            });
    }

    /// <summary>The catalogue that was named, or the one in the SAE's folder, or null.</summary>
    private static FeatureCatalogue? Catalogue(string path, string? named, SparseAutoencoder sae)
    {
        var file = named ?? Path.Combine(SaeFolder.FolderOf(path), FeatureCatalogue.FileName);
        return named is null && !File.Exists(file) ? null : FeatureCatalogue.Open(file, sae);
    }

    private static Table Tokens(string[] texts, IReadOnlyList<IReadOnlyList<LatentActivation>> features)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn(new TableColumn("#").RightAligned().NoWrap());
        table.AddColumn(new TableColumn("token").NoWrap());
        table.AddColumn("features (activation)");
        for (var position = 0; position < texts.Length; position++)
        {
            table.AddRow(
                new Text(position.ToString(CultureInfo.InvariantCulture)),
                new Text(TokenTexts.Visible(texts[position])),
                new Text(string.Join("  ", features[position].Select(feature => string.Create(CultureInfo.InvariantCulture, $"{feature.Latent} ({feature.Activation:G4})")))));
        }

        return table;
    }

    private static Table StandOut(string[] texts, FeatureCatalogue catalogue, IReadOnlyList<CatalogueActivation> standing)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns(
            new TableColumn("stands out"),
            new TableColumn("at").NoWrap(),
            new TableColumn("activation").RightAligned().NoWrap(),
            new TableColumn("of its maximum").RightAligned().NoWrap(),
            new TableColumn("fires on").RightAligned().NoWrap(),
            new TableColumn("its strongest example"));
        foreach (var found in standing)
        {
            var feature = found.Feature;
            table.AddRow(
                new Text(FeatureReport.Name(feature)),
                new Text(TokenTexts.Visible(texts[found.Token])),
                new Text(FeatureReport.Number(found.Activation)),
                new Text(feature.MaxActivation > 0 ? string.Create(CultureInfo.InvariantCulture, $"{100 * found.Activation / feature.MaxActivation:0} %") : "never seen"),
                new Text(FeatureReport.Density(feature, catalogue.Info)),
                FeatureReport.Line(catalogue.Examples(feature.Latent, 1) is [var strongest] ? strongest : null));
        }

        return table;
    }

    private static void WriteJson(
        TextWriter output,
        SparseAutoencoder sae,
        string site,
        int[] ids,
        string[] texts,
        IReadOnlyList<IReadOnlyList<LatentActivation>> features,
        FeatureCatalogue? catalogue,
        IReadOnlyList<CatalogueActivation>? standing) => Json.Write(output, writer =>
    {
        writer.WriteString("sae", sae.Source);
        writer.WriteString("site", site);
        writer.WriteStartArray("tokens");
        for (var position = 0; position < ids.Length; position++)
        {
            writer.WriteStartObject();
            writer.WriteNumber("position", position);
            writer.WriteNumber("id", ids[position]);
            writer.WriteString("text", texts[position]);
            writer.WriteStartArray("features");
            foreach (var feature in features[position])
            {
                writer.WriteStartObject();
                writer.WriteNumber("feature", feature.Latent);
                writer.WriteNumber("activation", feature.Activation);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (catalogue is not null && standing is not null)
        {
            WriteStandOut(writer, catalogue.Info, standing);
        }
    });

    private static void WriteStandOut(Utf8JsonWriter writer, CatalogueInfo info, IReadOnlyList<CatalogueActivation> standing)
    {
        writer.WriteStartArray("standOut");
        foreach (var found in standing)
        {
            writer.WriteStartObject();
            FeatureReport.Write(writer, found.Feature, info);
            writer.WriteNumber("position", found.Token);
            writer.WriteNumber("activation", found.Activation);
            writer.WriteNumber("score", found.Score);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
