using System.Text.Json;
using Steering.Analysis.Statistics;
using Steering.Cli.Output;

namespace Steering.Cli.Demo;

/// <summary>The demonstration as one JSON object.</summary>
internal static class DemoJson
{
    private const int Digits = 6;

    public static void Write(TextWriter output, int seed, int replies, IReadOnlyList<DemoResult> results) => Json.Write(output, writer =>
    {
        writer.WriteNumber("seed", seed);
        writer.WriteNumber("replies", replies);
        writer.WriteStartArray("dials");
        foreach (var result in results)
        {
            writer.WriteStartObject();
            writer.WriteString("name", result.Name);
            writer.WriteString("prompts", result.Prompts);
            writer.WriteString("counts", result.Counts);
            Rate(writer, "unsteered", result.Unsteered);
            Rate(writer, "steered", result.Steered);
            writer.WriteStartObject("difference");
            writer.WriteRounded("low", result.Difference.Low, Digits);
            writer.WriteRounded("high", result.Difference.High, Digits);
            writer.WriteEndObject();
            Rate(writer, "randomFeatures", result.Random);
            if (result.Prompted is { } prompted)
            {
                Rate(writer, "askedToBePolite", prompted);
            }

            Rate(writer, "wellFormedUnsteered", result.WellFormedBefore);
            Rate(writer, "wellFormedSteered", result.WellFormedAfter);
            writer.WriteStartArray("examples");
            foreach (var example in result.Examples)
            {
                writer.WriteStartObject();
                writer.WriteString("user", example.User);
                writer.WriteString("unsteered", example.Unsteered);
                writer.WriteString("steered", example.Steered);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });

    private static void Rate(Utf8JsonWriter writer, string name, RateEstimate rate)
    {
        writer.WriteStartObject(name);
        writer.WriteNumber("hits", rate.Hits);
        writer.WriteNumber("total", rate.Total);
        writer.WriteRounded("low", rate.Low, Digits);
        writer.WriteRounded("high", rate.High, Digits);
        writer.WriteEndObject();
    }
}
