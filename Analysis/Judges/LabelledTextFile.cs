using System.Globalization;
using System.Text.Json;
using Steering.Analysis.Corpora;
using Steering.IO;

namespace Steering.Analysis.Judges;

/// <summary>
/// Labelled texts from a file: <c>.csv</c> or <c>.tsv</c> with a header, or <c>.jsonl</c>, with a column or field for the text and one
/// for the label.
/// </summary>
public static class LabelledTextFile
{
    private const int LongestText = 1 << 20;
    private const int MaximumDepth = 64;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="text">Name of the text's column, or its number from 0 where the file has no header.</param>
    /// <param name="label">Name of the label's column, or its number.</param>
    /// <param name="positive">What stands there for texts that have the label, one or several; null takes <c>1</c> and <c>true</c>, and then everything else must be <c>0</c> or <c>false</c>.</param>
    /// <param name="cancellationToken">Stops between texts.</param>
    /// <exception cref="SteeringException">The file is damaged, a column is missing, or a label is unknown.</exception>
    public static IReadOnlyList<ClassifierExample> Read(string path, string text = "text", string label = "label", IReadOnlyCollection<string>? positive = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        using var stream = ReadableFile.Open(path);
        var rows = Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".CSV" => Separated(stream, path, ',', text, label),
            ".TSV" => Separated(stream, path, '\t', text, label),
            ".JSONL" or ".NDJSON" => Lines(stream, path, text, label),
            var other => throw new SteeringException($"{path}: labelled texts are read from .csv, .tsv and .jsonl, not from '{other}'."),
        };
        var texts = new List<ClassifierExample>();
        var met = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (place, read, value) in rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            met.Add(value);
            texts.Add(new ClassifierExample(read, IsPositive(value, positive, place)));
        }

        return positive?.FirstOrDefault(value => !met.Contains(value)) is { } absent
            ? throw new SteeringException($"{path}: no text has the label '{absent}'; the labels there are {string.Join(", ", met.Order(StringComparer.Ordinal).Take(12))}.")
            : texts;
    }

    private static bool IsPositive(string value, IReadOnlyCollection<string>? positive, string place) => positive is not null
        ? positive.Contains(value, StringComparer.Ordinal)
        : value.ToUpperInvariant() switch
        {
            "1" or "TRUE" => true,
            "0" or "FALSE" => false,
            _ => throw new SteeringException($"{place}: the label is '{value}'; 0 or 1, true or false was expected. Say which labels count with --positive."),
        };

    private static IEnumerable<(string Place, string Text, string Label)> Separated(Stream stream, string path, char separator, string text, string label)
    {
        var records = new SeparatedRecords(new Utf8Lines(stream, path, LongestText), path, separator, LongestText);
        var byNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var textColumn);
        var first = records.Next() ?? throw new SteeringException($"{path} is empty; a header and labelled texts were expected.");
        var labelColumn = Column(first, path, label);
        textColumn = byNumber ? Within(first, path, textColumn) : Column(first, path, text);
        for (var record = byNumber ? first : records.Next(); record is not null; record = records.Next())
        {
            if (record is [""])
            {
                continue;
            }

            var place = string.Create(CultureInfo.InvariantCulture, $"{path}, line {records.Line}");
            yield return record.Length == first.Length
                ? (place, record[textColumn], record[labelColumn].Trim())
                : throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{place} has {record.Length} fields, the first line {first.Length}. Fields that hold the separator, quotes or line ends must stand in quotes."));
        }
    }

    private static int Column(string[] header, string path, string name)
    {
        if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return Within(header, path, number);
        }

        var column = Array.IndexOf(header, name);
        return column >= 0
            ? column
            : throw new SteeringException($"{path} has no column '{name}'; its first line is {string.Join(", ", header.Take(12).Select(field => field.Length > 40 ? field[..40] + "…" : field))}. Name the columns with --text and --label, or give their numbers from 0 where there is no header.");
    }

    private static int Within(string[] header, string path, int number) => number < header.Length
        ? number
        : throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{path} has no column {number}; it has the columns 0 to {header.Length - 1}."));

    private static IEnumerable<(string Place, string Text, string Label)> Lines(Stream stream, string path, string text, string label)
    {
        var lines = new Utf8Lines(stream, path, LongestText);
        while (lines.TryRead(out var line))
        {
            if (!line.Span.ContainsAnyExcept(" \t"u8))
            {
                continue;
            }

            var place = string.Create(CultureInfo.InvariantCulture, $"{path}, line {lines.Number}");
            using var document = StrictJson.Parse(place, line, MaximumDepth);
            yield return (place, Field(document.RootElement, text, place), Field(document.RootElement, label, place));
        }
    }

    private static string Field(JsonElement root, string name, string place) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False
            ? value.ToString()
            : throw new SteeringException($"{place}: a field '{name}' with a text, number or truth value was expected. Name the fields with --text and --label.");
}
