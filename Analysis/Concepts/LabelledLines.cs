using System.Globalization;
using System.Text.Json;
using Steering.Analysis.Corpora;
using Steering.IO;

namespace Steering.Analysis.Concepts;

/// <summary>
/// Labelled texts of JSON lines. A text in the field of labels labels the whole text; a list of objects labels spans; a list of
/// texts labels reasoning steps, one each.
/// </summary>
internal static class LabelledLines
{
    /// <summary>The fields looked for where none is named; a line has one of them.</summary>
    public static readonly string[] UsualFields = [LabelledCorpus.DefaultLabelField, "spans", "steps"];

    private const int MaximumDepth = 64;

    /// <summary>Reads the lines.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="field">Field of the text.</param>
    /// <param name="labelField">Field of the labels, or null for one of <see cref="UsualFields"/>.</param>
    public static IEnumerable<LabelledText> Read(Stream stream, string name, string field, string? labelField)
    {
        var lines = new Utf8Lines(stream, name, new TextCorpusOptions().MaximumBytes);
        while (lines.TryRead(out var line))
        {
            if (!line.Span.ContainsAnyExcept(" \t"u8))
            {
                continue;
            }

            var place = string.Create(CultureInfo.InvariantCulture, $"{name}, line {lines.Number}");
            using var document = StrictJson.Parse(place, line, MaximumDepth);
            yield return Text(document.RootElement, field, labelField, place);
        }
    }

    private static LabelledText Text(JsonElement root, string field, string? labelField, string place)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new SteeringException($"{place} holds a JSON {root.ValueKind}; an object with the field '{field}' was expected.");
        }

        var text = Field(root, field, place, "the text");
        if (text.ValueKind != JsonValueKind.String)
        {
            throw new SteeringException($"{place}: the field '{field}' holds no text. Name the field that does.");
        }

        var chosen = labelField ?? Usual(root, place);
        var labels = Field(root, chosen, place, "the labels");
        return labels.ValueKind switch
        {
            JsonValueKind.String => Whole(text.GetString()!, labels.GetString()!, chosen, place),
            JsonValueKind.Number when labels.TryGetInt64(out _) => Whole(text.GetString()!, labels.GetRawText(), chosen, place),
            JsonValueKind.True or JsonValueKind.False => Whole(text.GetString()!, labels.GetBoolean().ToString(), chosen, place),
            JsonValueKind.Array when labels.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object) && (labels.GetArrayLength() > 0 || chosen != "steps") => Spans(text.GetString()!, labels, chosen, place),
            JsonValueKind.Array when labels.EnumerateArray().All(item => item.ValueKind is JsonValueKind.String or JsonValueKind.Null) => Steps(text.GetString()!, labels, chosen, place),
            _ => throw new SteeringException($"{place}: the field '{chosen}' holds no labels. Expected are a text (several labels separated by {LabelledCorpus.Separator}), a whole number, true or false, a list of spans ({{\"start\": 3, \"end\": 9, \"label\": \"…\"}}), or a list of texts, one for each reasoning step."),
        };
    }

    private static JsonElement Field(JsonElement root, string field, string place, string what) => root.TryGetProperty(field, out var value)
        ? value
        : throw new SteeringException($"{place} has no field '{field}'; its fields are {string.Join(", ", root.EnumerateObject().Select(property => property.Name).Take(12))}. Name the field that holds {what}.");

    private static string Usual(JsonElement root, string place)
    {
        string[] there = [.. UsualFields.Where(candidate => root.TryGetProperty(candidate, out _))];
        return there switch
        {
            [var one] => one,
            [] => LabelledCorpus.DefaultLabelField,
            _ => throw new SteeringException($"{place} has the fields {string.Join(" and ", there)}. Name the one whose labels are meant."),
        };
    }

    private static LabelledText Whole(string text, string labels, string field, string place) => LabelledCorpus.Names(labels) is { Length: > 0 } names
        ? new LabelledText(text, names, place)
        : throw LabelledCorpus.Unlabelled(place, field);

    private static LabelledText Spans(string text, JsonElement labels, string field, string place)
    {
        var indices = CharacterIndices.Of(text);
        LabelledSpan[] spans =
        [
            .. labels.EnumerateArray().Select((span, index) =>
            {
                var where = string.Create(CultureInfo.InvariantCulture, $"{place}, {field}[{index}]");
                var (start, end) = (Offset(span, "start", where), Offset(span, "end", where));
                if (start < 0 || end <= start || end >= indices.Length)
                {
                    throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{where} goes from character {start} to {end}, and the text has {indices.Length - 1} characters. A span starts at 0 or later, ends behind its start and within the text; the end is the first character that no longer belongs to it."));
                }

                string[] names = span.TryGetProperty("label", out var label) && label.ValueKind == JsonValueKind.String ? LabelledCorpus.Names(label.GetString()!) : [];
                return names.Length > 0
                    ? new LabelledSpan(indices[start], indices[end], names)
                    : throw new SteeringException($"{where} has no label. Every span needs \"label\" with a text.");
            }),
        ];
        return new LabelledText(text, Labels(spans), place) { Scope = LabelScope.Span, Spans = spans };
    }

    private static LabelledText Steps(string text, JsonElement labels, string field, string place)
    {
        var steps = ReasoningSteps.Of(text);
        if (steps.Count != labels.GetArrayLength())
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{place}: '{field}' holds {labels.GetArrayLength()} labels, and the text has {steps.Count} steps, parted by blank lines. Give one label for each step, null for a step without."));
        }

        LabelledSpan[] spans = [.. steps.Zip(labels.EnumerateArray(), (step, label) => new LabelledSpan(step.Start, step.End, label.ValueKind == JsonValueKind.Null ? [] : LabelledCorpus.Names(label.GetString()!)))];
        return new LabelledText(text, Labels(spans), place) { Scope = LabelScope.Step, Spans = spans };
    }

    private static string[] Labels(IEnumerable<LabelledSpan> spans) => [.. spans.SelectMany(span => span.Labels).Distinct(StringComparer.Ordinal)];

    private static int Offset(JsonElement span, string name, string where) =>
        span.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var offset)
            ? offset
            : throw new SteeringException($"{where} has no whole number \"{name}\". A span is {{\"start\": 3, \"end\": 9, \"label\": \"…\"}}, in characters.");
}
