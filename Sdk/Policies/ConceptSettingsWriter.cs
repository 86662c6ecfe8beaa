using System.Text.Json;

namespace Steering.Policies;

/// <summary>Writes the numbers of the operators by concept; what holds its default is left out.</summary>
internal static class ConceptSettingsWriter
{
    public static void Write(Utf8JsonWriter writer, Intervention intervention)
    {
        if (intervention.Attenuation is { } attenuation)
        {
            Write(writer, attenuation);
        }

        if (intervention.Range is { } range)
        {
            writer.WriteStartObject("range");
            writer.WriteNumber("tau", range.Tau);
            Number(writer, "beta", range.Beta);
            PolicyWriter.WriteNumbers(writer, "means", range.Means);
            PolicyWriter.WriteNumbers(writer, "deviations", range.Deviations);
            writer.WriteEndObject();
        }
    }

    private static void Write(Utf8JsonWriter writer, AttenuationSettings attenuation)
    {
        writer.WriteStartObject("attenuation");
        writer.WriteNumber("strength", attenuation.Strength);
        Number(writer, "exponent", attenuation.Exponent == 1 ? null : attenuation.Exponent);
        Number(writer, "floor", attenuation.Floor == 0 ? null : attenuation.Floor);
        writer.WriteStartArray("posteriors");
        foreach (var posterior in attenuation.Posteriors)
        {
            writer.WriteStartObject();
            if (posterior is GaussianFeaturePosterior gaussian)
            {
                PolicyWriter.WriteNumbers(writer, "weights", gaussian.Weights);
                PolicyWriter.WriteNumbers(writer, "means", gaussian.Means);
                PolicyWriter.WriteNumbers(writer, "deviations", gaussian.Deviations);
            }
            else if (posterior is TableFeaturePosterior table)
            {
                PolicyWriter.WriteNumbers(writer, "knots", table.Knots);
                PolicyWriter.WriteNumbers(writer, "values", table.Values);
            }

            Number(writer, "error", posterior.Error);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter writer, string field, float? number)
    {
        if (number is { } given)
        {
            writer.WriteNumber(field, given);
        }
    }
}
