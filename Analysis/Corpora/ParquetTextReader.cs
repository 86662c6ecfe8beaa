using System.Globalization;
using Parquet;
using Parquet.Schema;

namespace Steering.Analysis.Corpora;

/// <summary>Documents of a column of strings in a Parquet file, a row group at a time.</summary>
internal static class ParquetTextReader
{
    private const long LargestRowGroup = 1 << 26;

    public static IEnumerable<TextDocument> Read(Stream stream, string name, TextCorpusOptions options)
    {
        var reader = Guard(name, () => Wait(ParquetReader.CreateAsync(stream, leaveStreamOpen: true)));
        try
        {
            var field = Column(reader.Schema, name, options.Field);
            var number = 0L;
            for (var group = 0; group < reader.RowGroupCount; group++)
            {
                foreach (var text in Group(reader, group, field, name))
                {
                    var place = string.Create(CultureInfo.InvariantCulture, $"{name}, row {number}");
                    if (text is null)
                    {
                        throw new SteeringException($"{place}: the column '{field.Name}' holds nothing (null). Give every row a text, or leave such rows out of the file.");
                    }

                    if (text.Length > options.MaximumBytes)
                    {
                        throw new SteeringException($"{place} is longer than {options.MaximumBytes} characters, the most a document may have. Split it into several.");
                    }

                    yield return new TextDocument { Number = number++, Place = place, Text = text };
                }
            }
        }
        finally
        {
            reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static string?[] Group(ParquetReader reader, int group, DataField field, string name) => Guard(name, () =>
    {
        using var rows = reader.OpenRowGroupReader(group);
        if (rows.RowCount is < 0 or > LargestRowGroup)
        {
            throw new SteeringException($"{name}: row group {group} says that it has {rows.RowCount} rows; at most {LargestRowGroup} are read at a time. Write the file with smaller row groups.");
        }

        var texts = new string?[rows.RowCount];
        rows.ReadAsync(field, texts!).AsTask().GetAwaiter().GetResult();
        return texts;
    });

    private static DataField Column(ParquetSchema schema, string name, string? wanted)
    {
        var fields = schema.GetDataFields();
        var texts = fields.Where(IsText).ToArray();
        var field = Array.Find(fields, field => string.Equals(field.Name, wanted ?? TextCorpusOptions.DefaultField, StringComparison.Ordinal))
            ?? (wanted is null && texts.Length == 1 ? texts[0] : null)
            ?? throw new SteeringException($"{name} has no column '{wanted ?? TextCorpusOptions.DefaultField}'; its columns of text are {string.Join(", ", texts.Select(text => text.Name))}. Name the one that holds the text.");
        if (!IsText(field) || field.MaxRepetitionLevel > 0)
        {
            throw new SteeringException($"{name}: the column '{field.Name}' holds {(field.MaxRepetitionLevel > 0 ? "lists of " : string.Empty)}{field.ClrType.Name}; one text in every row was expected.");
        }

        return field;
    }

    private static bool IsText(DataField field) => field.ClrType == typeof(string) || field.ClrType == typeof(ReadOnlyMemory<char>);

    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();

    /// <summary>A damaged file makes the library throw nearly anything; all of it means one thing.</summary>
    private static T Guard<T>(string name, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception failure) when (failure is not (SteeringException or OperationCanceledException))
        {
            throw new SteeringException($"{name} is no Parquet file that can be read: {failure.Message}", failure);
        }
    }
}
