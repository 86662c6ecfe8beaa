using System.Buffers;
using System.Text.Json;

namespace Steering.Policies;

/// <summary>Writes a policy as JSON; fields that hold their default are left out.</summary>
internal static class PolicyWriter
{
    public static byte[] Write(SteeringPolicy policy)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(writer, policy);
        }

        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    public static void Write(Utf8JsonWriter writer, SteeringPolicy policy)
    {
        writer.WriteStartObject();
        writer.WriteNumber("version", policy.Version);
        writer.WriteString("name", policy.Name);
        WriteText(writer, "description", policy.Description);
        writer.WriteBoolean("skipPositionZero", policy.SkipPositionZero);
        if (policy.Saes.Count > 0)
        {
            writer.WriteStartObject("saes");
            foreach (var (id, reference) in policy.Saes)
            {
                WriteSae(writer, id, reference);
            }

            writer.WriteEndObject();
        }

        writer.WriteStartArray("interventions");
        foreach (var intervention in policy.Interventions)
        {
            WriteIntervention(writer, intervention);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteSae(Utf8JsonWriter writer, string id, SaeReference reference)
    {
        if (reference.Site is null)
        {
            writer.WriteString(id, reference.Path);
            return;
        }

        writer.WriteStartObject(id);
        writer.WriteString("path", reference.Path);
        writer.WriteString("site", reference.Site);
        writer.WriteEndObject();
    }

    private static void WriteIntervention(Utf8JsonWriter writer, Intervention intervention)
    {
        writer.WriteStartObject();
        WriteText(writer, "name", intervention.Name);
        WriteTarget(writer, intervention.Target);
        writer.WriteString("operator", intervention.Operator.Word);
        intervention.Operator.Write(writer);
        if (intervention.Gate is not AlwaysGate)
        {
            WriteGate(writer, intervention.Gate);
        }

        if (intervention.Span is { } span)
        {
            writer.WriteString("span", Words<InterventionSpan>.Of(span));
        }

        WriteFlag(writer, "skipPositionZero", intervention.SkipPositionZero);
        writer.WriteEndObject();
    }

    private static void WriteTarget(Utf8JsonWriter writer, InterventionTarget target)
    {
        writer.WriteStartObject("target");
        if (target is FeatureTarget features)
        {
            WriteText(writer, "sae", features.Sae);
            if (features.Features.Count == 1)
            {
                writer.WriteNumber("feature", features.Features[0]);
            }
            else
            {
                writer.WriteStartArray("features");
                foreach (var feature in features.Features)
                {
                    writer.WriteNumberValue(feature);
                }

                writer.WriteEndArray();
            }
        }
        else if (target is DirectionTarget direction)
        {
            WriteText(writer, "vector", direction.Vector);
            if (direction.Values.Count > 0)
            {
                WriteNumbers(writer, "direction", direction.Values);
            }

            WriteText(writer, "site", direction.Site);
            WriteInteger(writer, "firstBlock", direction.FirstBlock);
            WriteInteger(writer, "lastBlock", direction.LastBlock);
            WriteFlag(writer, "normalize", direction.Normalize);
        }

        writer.WriteEndObject();
    }

    private static void WriteGate(Utf8JsonWriter writer, Gate gate)
    {
        writer.WriteStartObject("gate");
        switch (gate)
        {
            case ActivationGate activation:
                writer.WriteString("kind", activation is TokenGate ? "token" : "prompt");
                WriteTarget(writer, activation.Target);
                writer.WriteNumber("threshold", activation.Threshold);
                WriteUnit(writer, activation.Unit);
                break;
            case CallbackGate callback:
                writer.WriteString("kind", "callback");
                writer.WriteString("name", callback.Name);
                break;
            case StepGate:
                writer.WriteString("kind", "step");
                break;
        }

        writer.WriteEndObject();
    }

    public static void WriteUnit(Utf8JsonWriter writer, StrengthUnit? unit)
    {
        if (unit is { } given)
        {
            writer.WriteString("unit", Words<StrengthUnit>.Of(given));
        }
    }

    public static void WriteNumbers(Utf8JsonWriter writer, string field, IReadOnlyList<float> numbers)
    {
        writer.WriteStartArray(field);
        foreach (var number in numbers)
        {
            writer.WriteNumberValue(number);
        }

        writer.WriteEndArray();
    }

    public static void WriteNumber(Utf8JsonWriter writer, string field, float? number)
    {
        if (number is { } given)
        {
            writer.WriteNumber(field, given);
        }
    }

    private static void WriteText(Utf8JsonWriter writer, string field, string? text)
    {
        if (text is not null)
        {
            writer.WriteString(field, text);
        }
    }

    private static void WriteInteger(Utf8JsonWriter writer, string field, int? number)
    {
        if (number is { } given)
        {
            writer.WriteNumber(field, given);
        }
    }

    private static void WriteFlag(Utf8JsonWriter writer, string field, bool? flag)
    {
        if (flag is { } given)
        {
            writer.WriteBoolean(field, given);
        }
    }
}
