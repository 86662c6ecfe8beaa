using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Steering.Catalogues;

public sealed partial class FeatureCatalogue
{
    /// <summary>Longest label, in UTF-16 units.</summary>
    public const int MaximumLabel = 500;

    /// <summary>Every label.</summary>
    /// <exception cref="SteeringException">A damaged file.</exception>
    public IReadOnlyDictionary<int, string> Labels() => Locked(() =>
    {
        var labels = new Dictionary<int, string>();
        using var row = _connection.Query("SELECT latent, label FROM labels");
        while (row.Read())
        {
            labels[Latent(row, 0)] = row.GetString(1);
        }

        return labels;
    });

    /// <summary>Names a feature, or takes its name away. All of it is written, or nothing.</summary>
    /// <param name="path">The catalogue.</param>
    /// <param name="latent">Latent, 0-based.</param>
    /// <param name="label">The name; null or blank takes it away.</param>
    /// <exception cref="SteeringException">No such latent, a name that is too long, or a file that cannot be written.</exception>
    public static void SetLabel(string path, int latent, string? label)
    {
        using (var catalogue = Open(path))
        {
            catalogue.CheckLatent(latent);
        }

        label = string.IsNullOrWhiteSpace(label) ? null : label.Trim();
        if (label is { Length: > MaximumLabel })
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"The label has {label.Length} characters; at most {MaximumLabel} are kept."));
        }

        using var connection = CatalogueConnection.Open(path, SqliteOpenMode.ReadWrite);
        try
        {
            connection.Run("BEGIN IMMEDIATE");

            // The search table keeps no text of its own, so it must be told what to forget.
            connection.Run("INSERT INTO label_text(label_text, rowid, label) SELECT 'delete', latent, label FROM labels WHERE latent = @0", latent);
            connection.Run("DELETE FROM labels WHERE latent = @0", latent);
            if (label is not null)
            {
                connection.Run("INSERT INTO labels VALUES(@0, @1)", latent, label);
                connection.Run("INSERT INTO label_text(rowid, label) VALUES(@0, @1)", latent, label);
            }

            connection.Run("COMMIT");
        }
        catch (SqliteException failure)
        {
            throw CatalogueConnection.Damaged(path, failure);
        }
    }
}
