using System.Text;
using System.Text.Json;
using Steering.Analysis.Statistics;

namespace Steering.Analysis.Detoxification;

/// <summary>Writes what was fitted and measured as JSON, everything but the policies themselves.</summary>
internal static class DetoxSummary
{
    public static string Of(DetoxFit fit)
    {
        using var memory = new MemoryStream();
        using (var writer = new Utf8JsonWriter(memory, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("model", fit.Model);
            writer.WriteString("sae", fit.Sae);
            writer.WriteString("saeSha256", fit.SaeSha256);
            writer.WriteString("site", fit.Site);
            Options(writer, fit.Options);
            writer.WriteNumber("toxicFitted", fit.ToxicFitted);
            writer.WriteNumber("cleanFitted", fit.CleanFitted);
            writer.WriteNumber("cleanCalibrated", fit.CleanCalibrated);
            writer.WriteNumber("cleanPerplexity", fit.CleanPerplexity);
            writer.WriteNumber("differenceNorm", fit.DifferenceNorm);
            writer.WriteNumber("staCosine", fit.StaCosine);
            writer.WriteNumber("staLatents", fit.StaLatents);
            writer.WriteStartArray("features");
            foreach (var feature in fit.Features)
            {
                writer.WriteStartObject();
                writer.WriteNumber("feature", feature.Feature);
                writer.WriteNumber("score", feature.Score);
                writer.WriteNumber("toxicRate", feature.ToxicRate);
                writer.WriteNumber("cleanRate", feature.CleanRate);
                writer.WriteNumber("toxicMean", feature.ToxicMean);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartArray("policies");
            foreach (var policy in fit.Policies)
            {
                Policy(writer, policy);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(memory.GetBuffer(), 0, (int)memory.Length);
    }

    private static void Options(Utf8JsonWriter writer, DetoxOptions options)
    {
        writer.WriteStartObject("options");
        writer.WriteNumber("features", options.Features);
        writer.WriteString("by", options.Ranking.ToString().ToLowerInvariant());
        writer.WriteNumber("rest", options.LargestClean);
        writer.WriteString("gate", options.Gate.ToString().ToLowerInvariant());
        Number(writer, "falsePositives", options.Threshold is null ? options.FalsePositives : null);
        Number(writer, "threshold", options.Threshold);
        Number(writer, "strength", options.Strength);
        Number(writer, "perplexity", options.Strength is null ? options.Perplexity : null);
        writer.WriteNumber("clamp", options.Clamp);
        writer.WriteNumber("app", options.AppStrength);
        writer.WriteNumber("window", options.Window);
        writer.WriteNumber("seed", options.Seed);
        writer.WriteEndObject();
    }

    private static void Policy(Utf8JsonWriter writer, DetoxPolicy policy)
    {
        writer.WriteStartObject();
        writer.WriteString("name", policy.Name);
        writer.WriteString("description", policy.Description);
        writer.WriteNumber("strength", policy.Strength);
        Number(writer, "threshold", policy.Threshold);
        Number(writer, "perplexityRise", policy.PerplexityRise);
        Rate(writer, "toxicTexts", policy.Rates.ToxicTexts);
        Rate(writer, "cleanTexts", policy.Rates.CleanTexts);
        Rate(writer, "toxicTokens", policy.Rates.ToxicTokens);
        Rate(writer, "cleanTokens", policy.Rates.CleanTokens);
        writer.WriteEndObject();
    }

    private static void Rate(Utf8JsonWriter writer, string name, Rate rate)
    {
        writer.WriteStartObject(name);
        writer.WriteNumber("hits", rate.Hits);
        writer.WriteNumber("of", rate.Total);
        writer.WriteNumber("share", rate.Value);
        writer.WriteNumber("low", rate.Interval().Low);
        writer.WriteNumber("high", rate.Interval().High);
        writer.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter writer, string name, double? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, number);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
