using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Steering.Analysis.Corpora;

/// <summary>
/// Documents of separated values, by RFC 4180: a header, quotes around fields that need them, doubled inside. Lines end in LF, CR LF or CR.
/// </summary>
internal static class SeparatedReader
{
    private static readonly (char Separator, string Name)[] Separators = [(',', "commas"), (';', "semicolons"), ('\t', "tabs"), ('|', "bars")];

    /// <summary>The separator by which the header holds the column that is wanted: spreadsheets write semicolons or tabs into .csv as well.</summary>
    /// <param name="stream">The file, from its beginning.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="options">The column.</param>
    /// <param name="usual">The separator of the file's ending.</param>
    /// <exception cref="SteeringException">The header looks like several columns of another separator, and none is the one that is wanted.</exception>
    public static char Sniff(Stream stream, string name, TextCorpusOptions options, char usual)
    {
        // Decoded at the first reading, where a text that is no UTF-8 is refused with its line.
        if (!new Utf8Lines(stream, name, options.MaximumBytes, bareReturns: true).TryRead(out var line) || !Utf8.IsValid(line.Span))
        {
            return usual;
        }

        var header = Encoding.UTF8.GetString(line.Span);
        var wanted = options.Field ?? TextCorpusOptions.DefaultField;
        var others = Separators.Where(entry => entry.Separator != usual && header.Contains(entry.Separator, StringComparison.Ordinal)).ToArray();
        if (header.Contains(usual, StringComparison.Ordinal) || header.Contains('"', StringComparison.Ordinal) || header == wanted)
        {
            return usual;
        }

        foreach (var (separator, _) in others)
        {
            if (header.Split(separator).Contains(wanted, StringComparer.Ordinal))
            {
                return separator;
            }
        }

        return others.Length == 0
            ? usual
            : throw new SteeringException($"{name}: the header '{header}' looks like several columns separated by {others[0].Name}, and none is called '{wanted}'. Name the column that holds the text.");
    }

    /// <summary>The separator in words.</summary>
    public static string Words(char separator) => Array.Find(Separators, entry => entry.Separator == separator).Name;

    public static IEnumerable<TextDocument> Read(Stream stream, string name, TextCorpusOptions options, char separator)
    {
        var records = new SeparatedRecords(new Utf8Lines(stream, name, options.MaximumBytes, bareReturns: true), name, separator, options.MaximumBytes);
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
