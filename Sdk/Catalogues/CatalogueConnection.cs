using System.Globalization;
using Microsoft.Data.Sqlite;
using Steering.IO;

namespace Steering.Catalogues;

/// <summary>One SQLite connection with its statements prepared once. Not thread-safe.</summary>
internal sealed class CatalogueConnection : IDisposable
{
    /// <summary>SQLite's code for a disk that is full.</summary>
    public const int Full = 13;

    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _commands = new(StringComparer.Ordinal);

    private CatalogueConnection(string path, SqliteConnection connection)
    {
        Path = path;
        _connection = connection;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    public static CatalogueConnection Open(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, DefaultTimeout = 5 }.ToString());
        var result = new CatalogueConnection(path, connection);
        try
        {
            connection.Open();

            // A file from elsewhere may not run anything: no functions in its schema, no writing from it.
            result.Run("PRAGMA trusted_schema = OFF");
            result.Run("PRAGMA cell_size_check = ON");
            result.Run(mode == SqliteOpenMode.ReadOnly ? "PRAGMA query_only = ON" : "PRAGMA foreign_keys = OFF");
            result.Run("PRAGMA mmap_size = 1073741824");
            return result;
        }
        catch (SqliteException failure)
        {
            result.Dispose();
            throw Damaged(path, failure);
        }
    }

    /// <summary>The refusal of a file that SQLite cannot read.</summary>
    public static SteeringException Damaged(string path, SqliteException failure) => failure.SqliteErrorCode switch
    {
        5 or 6 => new SteeringException($"{path} is being written by another program; wait until it is done.", failure),
        8 or 14 => new SteeringException($"{path} cannot be opened: {failure.Message}", failure),
        Full => WriteFailure.Full(path, failure),
        26 => new SteeringException($"{path} is no feature catalogue (no SQLite file); 'steer sae eval … --catalogue' makes one.", failure),
        _ => new SteeringException($"{path} is damaged ({failure.Message}); make the catalogue again with 'steer sae eval … --catalogue'.", failure),
    };

    /// <summary>A statement that returns nothing.</summary>
    public void Run(string sql, params ReadOnlySpan<object?> values) => Prepare(sql, values).ExecuteNonQuery();

    /// <summary>A statement that returns rows.</summary>
    public SqliteDataReader Query(string sql, params ReadOnlySpan<object?> values) => Prepare(sql, values).ExecuteReader();

    /// <summary>A statement that returns one number.</summary>
    public long Number(string sql) => Convert.ToInt64(Prepare(sql, []).ExecuteScalar() ?? 0L, CultureInfo.InvariantCulture);

    public void Dispose()
    {
        foreach (var command in _commands.Values)
        {
            command.Dispose();
        }

        _connection.Dispose();
    }

    private SqliteCommand Prepare(string sql, ReadOnlySpan<object?> values)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            command = _connection.CreateCommand();
#pragma warning disable CA2100 // Every statement is a constant of this library; what users give is bound below.
            command.CommandText = sql;
#pragma warning restore CA2100
            for (var index = 0; index < values.Length; index++)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = string.Create(CultureInfo.InvariantCulture, $"@{index}") });
            }

            _commands.Add(sql, command);
        }

        for (var index = 0; index < values.Length; index++)
        {
            command.Parameters[index].Value = values[index] ?? DBNull.Value;
        }

        return command;
    }
}
