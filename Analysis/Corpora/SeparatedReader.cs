using System.Globalization;

namespace Steering.Analysis.Corpora;

/// <summary>Documents of comma- or tab-separated values, by RFC 4180: a header, quotes around fields that need them, doubled inside.</summary>
internal static class SeparatedReader
{
    public static IEnumerable<TextDocument> Read(Stream stream, string name, TextCorpusOptions options, char separator)
    {
        var records = new SeparatedRecords(new Utf8Lines(stream, name, options.MaximumBytes), name, separator, options.MaximumBytes);
        var header = records.Next() ?? throw TextCorpus.Empty(name);
        var column = Column(header, name, options.Field);
        for (long number = 0; records.Next() is { } record;)
        {
            // One empty field is an empty line.
            if (record is [""] && header.Length > 1)
            {
                continue;
            }

            var place = string.Create(CultureInfo.InvariantCulture, $"{name}, line {records.Line}");
            yield return record.Length == header.Length
                ? new TextDocument { Number = number++, Place = place, Text = record[column] }
                : throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{place} has {record.Length} fields, the header {header.Length}. Fields that hold the separator, quotes or line ends must stand in quotes."));
        }
    }

    private static int Column(string[] header, string name, string? field)
    {
        var column = Array.IndexOf(header, field ?? TextCorpusOptions.DefaultField);
        column = column < 0 && field is null && header.Length == 1 ? 0 : column;
        return column >= 0
            ? column
            : throw new SteeringException($"{name} has no column '{field ?? TextCorpusOptions.DefaultField}'; its columns are {string.Join(", ", header.Take(32))}. Name the column that holds the text (the first line is the header).");
    }
}
