using System.Globalization;
using System.Text.Json;
using Steering.Analysis.Corpora;
using Steering.Analysis.Statistics;
using Steering.IO;

namespace Steering.Analysis.Behaviours;

/// <summary>Reads traces from JSON lines: an object a line with the text and, where steps are labelled, a list with one label a step.</summary>
public static class ReasoningTraces
{
    /// <summary>The field of the text where none is named.</summary>
    public const string DefaultField = "text";

    /// <summary>Separates several labels of a step.</summary>
    public const char Separator = '|';

    private const int MaximumDepth = 64;

    /// <summary>Reads all traces of a file.</summary>
    /// <param name="path">JSON lines.</param>
    /// <param name="field">Field of the text, or null for <c>text</c>.</param>
    /// <param name="labelField">Field of the steps' labels, or null for none.</param>
    /// <param name="cancellationToken">Stops between lines.</param>
    /// <exception cref="SteeringException">The file cannot be read, holds no trace, or a line lacks a field.</exception>
    public static IReadOnlyList<ReasoningTrace> Read(string path, string? field = null, string? labelField = null, CancellationToken cancellationToken = default)
    {
        using var stream = ReadableFile.Open(path);
        var name = Path.GetFileName(path);
        var lines = new Utf8Lines(stream, name, new TextCorpusOptions().MaximumBytes);
        var traces = new List<ReasoningTrace>();
        while (lines.TryRead(out var line))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!line.Span.ContainsAnyExcept(" \t"u8))
            {
                continue;
            }

            var place = string.Create(CultureInfo.InvariantCulture, $"{name}, line {lines.Number}");
            using var document = StrictJson.Parse(place, line, MaximumDepth);
            var text = Field(document.RootElement, field ?? DefaultField, place);
            if (text.ValueKind != JsonValueKind.String)
            {
                throw new SteeringException($"{place}: the field '{field ?? DefaultField}' holds no text; the trace was expected there.");
            }

            traces.Add(new ReasoningTrace(text.GetString()!, labelField is null ? null : Labels(Field(document.RootElement, labelField, place), labelField, place), place));
        }

        return traces.Count > 0 ? traces : throw new SteeringException($"{path} holds no trace. Give JSON lines with a field '{field ?? DefaultField}'.");
    }

    private static JsonElement Field(JsonElement root, string field, string place)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new SteeringException($"{place} holds a JSON {root.ValueKind}; an object with the field '{field}' was expected.");
        }

        return root.TryGetProperty(field, out var value)
            ? value
            : throw new SteeringException($"{place} has no field '{field}'; its fields are {string.Join(", ", root.EnumerateObject().Select(property => property.Name).Take(12))}. Name the right one.");
    }

    private static string[] Labels(JsonElement value, string field, string place) =>
        value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? [.. value.EnumerateArray().Select(item => item.GetString()!)]
            : throw new SteeringException($"{place}: the field '{field}' must be a list of texts, one a step: its labels separated by {Separator}, or an empty text.");
}

/// <summary>A text of several reasoning steps.</summary>
/// <param name="Text">The text.</param>
/// <param name="Labels">What the file says of each step, in order, several labels of one separated by <c>|</c>, an empty text for none; null where it says nothing.</param>
/// <param name="Place">Where it stands, for messages.</param>
public sealed record ReasoningTrace(string Text, IReadOnlyList<string>? Labels, string Place);

/// <summary>Which traces are fitted on and which are kept for detection. Whole traces: steps of one are alike.</summary>
internal static class TraceSplit
{
    /// <summary>Draws the traces that are kept.</summary>
    /// <param name="traces">Number of traces.</param>
    /// <param name="share">Share that is kept.</param>
    /// <param name="seed">Of the draw.</param>
    /// <returns>[traces] whether it is kept.</returns>
    public static bool[] HeldOut(int traces, double share, long seed)
    {
        int[] order = [.. Enumerable.Range(0, traces)];
        new SeededRandom(seed, stream: 3).Shuffle(order);
        var kept = new bool[traces];
        foreach (var trace in order.Take((int)Math.Round(share * traces)))
        {
            kept[trace] = true;
        }

        return kept;
    }
}
