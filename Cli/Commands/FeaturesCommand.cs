using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Steering.Cli.CommandLine;
using Steering.Cli.Output;
using Steering.Cli.Terminal;
using Steering.Saes;
using Steering.Tokenizers;

namespace Steering.Cli.Commands;

/// <summary><c>steer features</c>: the most active features at every token of a prompt.</summary>
internal static class FeaturesCommand
{
    public static Command Create(CliConsole console)
    {
        var command = new Command("features", "Show the most active features at every token.");
        var model = new ModelArguments().AddTo(command);
        var folder = Values.Path("--sae", "SAE folder, or its file of weights.", "DIR", required: true);
        var prompt = new PromptArguments(messages: true);
        var top = Values.Whole("--top", "Features shown per token.", 1, 5);
        var json = CommandExtensions.Json();
        command.Options.Add(folder);
        prompt.AddTo(command);
        var site = new SaeSite().AddTo(command);
        foreach (var option in (Option[])[top, json])
        {
            command.Options.Add(option);
        }

        return command
            .WithExamples("steer features smollm2 --sae sae-l15 --prompt \"The Eiffel Tower is in Paris.\"")
            .Runs(async (parsed, cancellationToken) =>
            {
                var sae = SaeFolder.Load(parsed.GetRequiredValue(folder)!);
                var ids = await prompt.EncodeAsync(parsed, model, console.Input, cancellationToken);
                var texts = TokenTexts.Of(TextTokenizer.Load(model.Folder(parsed)), ids);
                using var pass = await Task.Run(() => model.LoadForwardPass(parsed), cancellationToken);
                var where = site.Require(parsed, sae, pass.Manifest, model.Folder(parsed));
                var features = await Task.Run(() => sae.TopLatents(pass.Run(ids).Residuals[where], ids.Length, parsed.GetValue(top)), cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
                if (parsed.GetValue(json))
                {
                    WriteJson(console.Output, sae, where, ids, texts, features);
                }
                else
                {
                    console.Terminal.Write(Table(texts, features));
                }
            });
    }

    private static Table Table(string[] texts, IReadOnlyList<IReadOnlyList<LatentActivation>> features)
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

    private static void WriteJson(TextWriter output, SparseAutoencoder sae, string site, int[] ids, string[] texts, IReadOnlyList<IReadOnlyList<LatentActivation>> features) => Json.Write(output, writer =>
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
    });
}
