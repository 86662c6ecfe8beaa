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
            var field = Column(reader.Schema, name, options);
            var number = 0L;
            for (var group = 0; group < reader.RowGroupCount; group++)
            {
                foreach (var text in Group(reader, group, field, name))
                {
                    var place = string.Create(CultureInfo.InvariantCulture, $"{name}, row {number}");
                    if (text is null)
                    {
                        throw new SteeringException($"{place}: the column '{Place(field)}' holds nothing (null). Give every row a text, or leave such rows out of the file.");
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
        if (IsText(field))
        {
            rows.ReadAsync(field, texts!).AsTask().GetAwaiter().GetResult();
            return texts;
        }

        return field.ClrType == typeof(bool) ? Values<bool>(rows, field)
            : field.ClrType == typeof(int) ? Values<int>(rows, field)
            : field.ClrType == typeof(short) ? Values<short>(rows, field)
            : field.ClrType == typeof(sbyte) ? Values<sbyte>(rows, field)
            : field.ClrType == typeof(byte) ? Values<byte>(rows, field)
            : Values<long>(rows, field);
    });

    /// <summary>Values as CSV would hold them.</summary>
    private static string?[] Values<T>(ParquetRowGroupReader rows, DataField field)
        where T : struct
    {
        var values = new T?[rows.RowCount];
        if (field.IsNullable)
        {
            rows.ReadAsync(field, values.AsMemory()).AsTask().GetAwaiter().GetResult();
        }
        else
        {
            var all = new T[rows.RowCount];
            rows.ReadAsync(field, all.AsMemory()).AsTask().GetAwaiter().GetResult();
            values = Array.ConvertAll(all, value => (T?)value);
        }

        return Array.ConvertAll(values, value => value is { } there ? Convert.ToString(there, CultureInfo.InvariantCulture) : null);
    }

    private static DataField Column(ParquetSchema schema, string name, TextCorpusOptions options)
    {
        var fields = schema.GetDataFields();
        bool Fits(DataField field) => IsText(field) || (options.TakesNumbers && IsLabel(field));
        var texts = fields.Where(Fits).ToArray();
        var wanted = options.Field ?? TextCorpusOptions.DefaultField;
        var field = Array.Find(fields, field => string.Equals(Place(field), wanted, StringComparison.Ordinal))
            ?? (options.Field is null && texts.Length == 1 ? texts[0] : null)
            ?? throw new SteeringException($"{name} has no column '{wanted}'; its columns of text are {string.Join(", ", texts.Select(Place))}. Name the one that holds the text.");
        if (!Fits(field) || field.MaxRepetitionLevel > 0)
        {
            throw new SteeringException($"{name}: the column '{Place(field)}' holds {(field.MaxRepetitionLevel > 0 ? "lists of " : string.Empty)}{field.ClrType.Name}; one text in every row was expected.");
        }

        return field;
    }

    /// <summary>The path to a column, by which it is named: a column of the same name may stand within another.</summary>
    private static string Place(DataField field) => string.Join('.', field.Path.ToList());

    private static bool IsLabel(DataField field) =>
        field.ClrType == typeof(long) || field.ClrType == typeof(int) || field.ClrType == typeof(short) || field.ClrType == typeof(sbyte) || field.ClrType == typeof(byte) || field.ClrType == typeof(bool);

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
