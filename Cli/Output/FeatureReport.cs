using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Steering.Catalogues;

namespace Steering.Cli.Output;

/// <summary>What a catalogue knows about a feature, in words and as JSON.</summary>
internal static class FeatureReport
{
    private static readonly Style Peak = new(Color.Orange1, decoration: Decoration.Bold);

    /// <summary>Number and label.</summary>
    public static string Name(CatalogueFeature feature) =>
        feature.Latent.ToString(CultureInfo.InvariantCulture) + (feature.Label is { } label ? $" “{TokenTexts.OneLine(label)}”" : string.Empty);

    /// <summary>On which share of the tokens it fires.</summary>
    public static string Density(CatalogueFeature feature, CatalogueInfo info) => string.Create(CultureInfo.InvariantCulture, $"{100.0 * feature.Fired / info.Tokens:0.####} %");

    /// <summary>A number of activation.</summary>
    public static string Number(float activation) => activation.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>An example as a text on one line, its peak in brackets.</summary>
    public static string Plain(CatalogueExample example) => string.Concat(example.Excerpt.Tokens.Select((token, index) =>
        index == example.Excerpt.Peak ? $"{TokenTexts.OneLine(token)[..^TokenTexts.OneLine(token).TrimStart(' ').Length]}[{TokenTexts.OneLine(token).TrimStart(' ')}]" : TokenTexts.OneLine(token)));

    /// <summary>An example on one line, its peak in brackets.</summary>
    public static Paragraph Line(CatalogueExample? example)
    {
        var line = new Paragraph();
        for (var index = 0; index < example?.Excerpt.Tokens.Count; index++)
        {
            var text = TokenTexts.OneLine(example.Excerpt.Tokens[index]);
            var bare = index == example.Excerpt.Peak ? text.TrimStart(' ') : string.Empty;
            line.Append(text[..^bare.Length]);
            if (index == example.Excerpt.Peak)
            {
                line.Append($"[{bare}]", Peak);
            }
        }

        return line;
    }

    /// <summary>The fields of a feature.</summary>
    public static void Write(Utf8JsonWriter writer, CatalogueFeature feature, CatalogueInfo info)
    {
        writer.WriteNumber("feature", feature.Latent);
        writer.WriteString("label", feature.Label);
        writer.WriteNumber("fired", feature.Fired);
        writer.WriteNumber("density", (double)feature.Fired / info.Tokens);
        writer.WriteNumber("maxActivation", feature.MaxActivation);
        writer.WriteNumber("meanActivation", feature.MeanActivation);
        if (feature.Nearest is { } nearest)
        {
            writer.WriteNumber("nearest", nearest);
            writer.WriteNumber("nearestCosine", feature.NearestCosine);
        }
    }

    /// <summary>An example as an object.</summary>
    public static void Write(Utf8JsonWriter writer, CatalogueExample example)
    {
        writer.WriteStartObject();
        writer.WriteNumber("activation", example.Activation);
        writer.WriteNumber("document", example.Excerpt.Document);
        writer.WriteNumber("peak", example.Excerpt.Peak);
        writer.WriteStartArray("tokens");
        foreach (var token in example.Excerpt.Tokens)
        {
            writer.WriteStringValue(token);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("activations");
        foreach (var activation in example.Activations)
        {
            writer.WriteNumberValue(activation);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
