using System.Globalization;
using System.Text.RegularExpressions;

namespace Steering.Catalogues;

/// <summary>Reads a catalogue's information, after checking that the file has exactly a catalogue's tables.</summary>
internal static partial class CatalogueCheck
{
    private const int MaximumTables = 64;

    public static CatalogueInfo Read(CatalogueConnection connection)
    {
        var path = connection.Path;
        if (connection.Number("PRAGMA application_id") != CatalogueSchema.ApplicationId)
        {
            throw new SteeringException($"{path} is an SQLite file, but no feature catalogue; 'steer sae eval … --catalogue' makes one.");
        }

        var version = connection.Number("PRAGMA user_version");
        if (version != CatalogueSchema.Version)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{path} is a feature catalogue of version {version}; this version of the library reads version {CatalogueSchema.Version}. Make it again, or use the library it was made with."));
        }

        CheckTables(connection);
        var rows = new Dictionary<string, string>(StringComparer.Ordinal);
        using var row = connection.Query("SELECT key, value FROM catalogue LIMIT 64");
        while (row.Read())
        {
            rows[row.GetString(0)] = row.GetString(1);
        }

        return CatalogueInfoRows.Read(path, rows);
    }

    /// <summary>A view in a table's place could compute anything, so each name must have the statement it was made with.</summary>
    private static void CheckTables(CatalogueConnection connection)
    {
        var expected = CatalogueSchema.Statements.Concat(CatalogueSchema.Indexes).ToDictionary(entry => entry.Name, entry => entry.Sql, StringComparer.Ordinal);
        var seen = 0;
        using var row = connection.Query("SELECT type, name, sql FROM sqlite_schema");
        while (row.Read())
        {
            var (type, name) = (row.GetString(0), row.GetString(1));
            var sql = row.IsDBNull(2) ? string.Empty : row.GetString(2);
            var right = expected.TryGetValue(name, out var statement)
                ? sql == statement
                : name.StartsWith("sqlite_", StringComparison.Ordinal)
                    || (type == "table" && SearchTable().Match(name) is { Success: true } && sql.StartsWith("CREATE TABLE", StringComparison.Ordinal));
            if (!right || ++seen > MaximumTables)
            {
                throw new SteeringException($"{connection.Path} has a {type} '{name}' that no feature catalogue has; it was changed by another program. Make it again with 'steer sae eval … --catalogue'.");
            }

            expected.Remove(name);
        }

        if (expected.Count > 0)
        {
            throw new SteeringException($"{connection.Path} has no '{expected.Keys.Order(StringComparer.Ordinal).First()}'; the catalogue was not written to its end. Make it again with 'steer sae eval … --catalogue'.");
        }
    }

    [GeneratedRegex(@"^(?:excerpt_text|label_text)_(?:data|idx|docsize|config|content)\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SearchTable();
}
